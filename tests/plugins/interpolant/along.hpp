// tests/plugins/interpolant/along.hpp -- a path of two points with its noise, and what it makes of known pairs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/flow/interpolant.hpp>

#include "../values.hpp"

namespace weir::tests {

struct Along {
  explicit Along(const std::string& plugin, nlohmann::json params = nlohmann::json::object(),
                 const std::string& noise_plugin = "noise/zero",
                 const nlohmann::json& noise_params = nlohmann::json::object(), bool in_target = false)
      : noise(make<Noise>(noise_plugin, noise_params)) {
    params["noise_in_target"] = in_target;
    path = make<TwoPoint>(plugin, params);
    bind(*path, "noise", *noise);
  }
  // Of pairs of numbers, each at its time.
  Interpolant::Point operator()(const Tensor& x0, const Tensor& x1, const Tensor& t, const Tensor& z) const {
    Batch batch;
    batch.points = {x0.unsqueeze(1), x1.unsqueeze(1)};
    const auto [xt, ut] = path->at(batch, t, z.unsqueeze(1));
    return {xt.squeeze(1), ut.squeeze(1)};
  }

  std::unique_ptr<Noise> noise;
  std::unique_ptr<TwoPoint> path;
};

// Whether alpha, beta and their derivatives are these at the times t, to a relative 1e-13: some round-offs of either side.
inline bool has_coefficients(const TwoPoint& path, const std::vector<double>& t,
                             const std::vector<double>& alpha, const std::vector<double>& beta,
                             const std::vector<double>& dalpha, const std::vector<double>& dbeta) {
  const Tensor times = at::tensor(t, f64);
  const auto same = [](const Tensor& found, const std::vector<double>& known) {
    return at::allclose(found, at::tensor(known, f64), 1e-13, 1e-15);
  };
  return same(path.alpha(times), alpha) && same(path.beta(times), beta) && same(path.dalpha(times), dalpha) &&
         same(path.dbeta(times), dbeta);
}

// Whether beta / alpha only grows, from its least to its greatest: the signal among the noise.
inline bool signal_grows(const TwoPoint& path) {
  const Tensor t = at::linspace(0, 1, 2001, f64), angle = at::atan2(path.beta(t), path.alpha(t));
  return (angle.diff() > 0).all().item<bool>();
}

// Whether alpha^2 + beta^2 is 1 at every time, to some round-offs.
inline bool preserves_variance(const TwoPoint& path) {
  const Tensor t = at::linspace(0, 1, 2001, f64);
  return at::allclose(path.alpha(t).square() + path.beta(t).square(), at::ones_like(t), 0, 1e-15);
}

}  // namespace weir::tests
