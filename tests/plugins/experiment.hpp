// tests/plugins/experiment.hpp -- a small flow-matching problem.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/tensor.hpp>

#include "field/given.hpp"
#include "values.hpp"

namespace weir::tests {

// Flow matching on 32 fixed pairs in the plane, x1 = A x0 + b + a little noise of its own.
struct Problem {
  explicit Problem(const std::string& noise = "noise/zero",
                   const nlohmann::json& params = nlohmann::json::object(),
                   const std::string& law_of_t = "time/uniform",
                   const nlohmann::json& time_params = nlohmann::json::object(), bool noise_in_target = false)
      : path(noise, params, noise_in_target),
        time(make<Time>(law_of_t, time_params)),
        pairs(points("x0"), target()),
        objective(make<Objective>("objective/flow_matching")) {
    run(pairs);
    bind(*objective, "coupling", pairs);
    bind(*objective, "interpolant", *path.interpolant);
    bind(*objective, "time", *time);
  }

  static Tensor points(const std::string& stream) {
    return Rng(5, "problem", f64).at(stream).normal({32, 2});
  }
  static Tensor target() {
    return points("x0").mm(at::tensor({0.5, 1.0, -1.0, 2.0}, f64).reshape({2, 2})) + 3 + 0.1 * points("rest");
  }
  Sample sample(std::int64_t n, std::uint64_t seed = 9) const {
    Rng rng(seed, "sample", f64);
    return objective->sample(n, rng);
  }

  Path path;
  std::unique_ptr<Time> time;
  GivenPairs pairs;
  std::unique_ptr<Objective> objective;
};

using conformance::Rows;

}  // namespace weir::tests
