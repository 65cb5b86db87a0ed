// tests/plugins/integrator/normals.hpp -- flows from a normal law to another, along a path with noise or without.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/noise.hpp>

#include "flow.hpp"

namespace weir::tests {

// The flow from N(0, 1) to N(m, s^2), N(2, 1/4) if not said, on the path (1 - t) x0 + t x1 + gamma z: x_t ~ N(m t, q), q = (1 - t)^2 +
// (s t)^2 + gamma^2, and v = m + q' / (2 q) (x - m t), whose gamma' z is in the target where gamma changes.
struct Normals {
  std::string noise;
  double sigma;
  double mean = 2, spread = 0.5;  // of the target
  bool changes() const { return noise == "noise/brownian"; }
  double gamma2(double t) const { return changes() ? sigma * sigma * t * (1 - t) : sigma * sigma; }
  double variance(double t) const { return (1 - t) * (1 - t) + spread * spread * t * t + gamma2(t); }
  Tensor velocity(const Tensor& x, const Tensor& t) const {
    const double s = t[0].item<double>();
    const double half_slope = spread * spread * s - (1 - s) + (changes() ? sigma * sigma * (0.5 - s) : 0);
    return mean + half_slope / variance(s) * (x - mean * s);
  }
};

// A flow with this noise in its path, by the velocity between these laws or another.
struct Noisy {
  Noisy(const std::string& id, const nlohmann::json& params, const Normals& law, const Tensor& start,
        Given::Function velocity = {})
      : noise(make<Noise>(law.noise, law.noise == "noise/zero" ? nlohmann::json::object()
                                                               : nlohmann::json{{"sigma", law.sigma}})),
        path(make<Interpolant>("interpolant/linear", {{"noise_in_target", law.changes()}})),
        field(velocity ? std::move(velocity)
                       : [law](const Tensor& x, const Tensor& t) { return law.velocity(x, t); }),
        points(start),
        integrator(make<Integrator>(id, params)) {
    bind(*path, "noise", *noise);
    bind(*integrator, "interpolant", *path);
    bind(*integrator, "field", field);
    bind(*integrator, "start", points, "value");
    faults = plan(*integrator);
    if (faults.empty()) integrator->run(quiet);
  }
  Tensor end() const { return value_of(*integrator, "end"); }

  std::unique_ptr<Noise> noise;
  std::unique_ptr<Interpolant> path;
  Given field;
  Values points;
  std::unique_ptr<Integrator> integrator;
  Faults faults;
  QuietRun quiet;
};

inline Tensor starts(std::int64_t n, std::uint64_t seed = 3) {
  return Rng(seed, "start", f64).normal({n, 1});
}

}  // namespace weir::tests
