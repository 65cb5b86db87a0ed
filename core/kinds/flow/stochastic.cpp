// core/kinds/flow/stochastic.cpp -- the equation from the velocity, and its addressed noise.
#include <weir/kinds/flow/stochastic.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/space.hpp>

namespace weir {

PathAt path_at(const TwoPoint& path, double t) {
  const Tensor time =
      at::full({1}, std::clamp(t, 0.0, 1.0), at::kDouble);  // a round-off beyond there is no gamma
  const Noise& noise = path.noise();
  const double gamma = noise.zero() ? 0 : noise.gamma(time).item<double>();
  return {path.alpha(time).item<double>(),
          path.beta(time).item<double>(),
          path.dalpha(time).item<double>(),
          path.dbeta(time).item<double>(),
          gamma * gamma,
          noise.zero() || !path.noise_in_target() ? 0 : noise.gamma_dgamma(time).item<double>(),
          alpha_dalpha(path, time).item<double>()};
}

Driven::~Driven() = default;

void Driven::plan(Plan& plan) {
  Stepped::plan(plan);
  if (!plan.clean() || !increments_.given()) return;
  if (!equal_steps())
    plan.fault("increments", "increments are of equal size, and the steps of `times` are not",
               "give `steps`, or leave `increments` out");
  else if (increments_() % steps() != 0)
    plan.fault("increments",
               fmt::format("{} steps cannot sum up {} increments: not a multiple", steps(), increments_()),
               fmt::format("for example increments: {}", (increments_() / steps() + 1) * steps()));
}

void Driven::warn_of_start(Run& run) const {
  if (from() != 0) return;
  // The start of the path is x0 and, where the path has noise there, gamma z: of normal coordinates of this variance.
  const Tensor x = start().to(at::kDouble);
  const double variance = 1 + path_at(*interpolant_, 0).gamma_squared,
               found = x.square().mean().item<double>();
  const double chance = 5 * std::sqrt(2 / static_cast<double>(std::max<std::int64_t>(x.numel(), 1)));
  if (std::abs(found / variance - 1) > chance + 0.02)
    run.warn(
        fmt::format("the mean square of the start's coordinates is {:.3g}, and of N(0, I) on this path "
                    "{:.3g}: the noise is "
                    "that of flows from N(0, I), and these points will not have the marginals of theirs",
                    found, variance));
}

std::int64_t Driven::pieces() const { return increments_.given() ? increments_() / steps() : 1; }

Tensor Driven::increment(const Rows& rows, std::int64_t k, double h) const {
  const std::int64_t n = pieces();
  Tensor sum;
  for (std::int64_t j = k * n; j < (k + 1) * n; ++j) {
    Rng rng = this->rng().at("increment", j);
    const Tensor z = rng.normal(rows.x.sizes(), rows.first * rows.x[0].numel());
    sum = sum.defined() ? sum + z : z;
  }
  return sum * std::sqrt(std::abs(h) / static_cast<double>(n));
}

// Of one piece of size d, given its increment dw, the mean is N(dw / 2, d / 12).
Driven::Motion Driven::motion(const Rows& rows, std::int64_t k, double h) const {
  const std::int64_t n = pieces(), first = rows.first * rows.x[0].numel();
  Tensor gone = at::zeros_like(rows.x), mean = at::zeros_like(rows.x);
  for (std::int64_t j = k * n; j < (k + 1) * n; ++j) {
    Rng along = this->rng().at("increment", j), within = this->rng().at("area", j);
    const Tensor z = along.normal(rows.x.sizes(), first);
    mean += gone + z / 2 + std::sqrt(1.0 / 12) * within.normal(rows.x.sizes(), first);
    gone = gone + z;
  }
  const double scale = std::sqrt(std::abs(h) / static_cast<double>(n));
  return {gone * scale, mean * (scale / static_cast<double>(n))};
}

Driven::Equation Driven::equation(const Velocity& v, double c) const {
  const TwoPoint& path = *interpolant_;
  const double sign = until() > from() ? 1 : -1;
  Equation equation;
  equation.drift = [=, &v, &path](const Tensor& x, double t) {
    const Tensor u = v(x, t);
    return c == 0 ? u : u + sign * c * path_at(path, t).scaled_score(u, x);
  };
  equation.diffusion = [=, &path](double t) {
    if (c == 0) return 0.0;
    const double d = path_at(path, t).score_scale();
    if (d < -1e-12)
      throw std::runtime_error(
          fmt::format("on this path the noise would need the variance {:.3g} at t = {:.6g}: no stochastic "
                      "flow has its marginals there; "
                      "use diffusion: 0, or a part of the way with `from` and `until`",
                      2 * c * d, t));
    return std::sqrt(2 * c * std::max(d, 0.0));
  };
  return equation;
}

Stochastic::~Stochastic() = default;

void Stochastic::run(Run& run) {
  if (diffusion_() > 0) warn_of_start(run);
  Integrator::run(run);
}

Integrator::Path Stochastic::follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
                                    const Watch& watch) const {
  const Equation equation = this->equation(v);
  const auto next = [&](const Tensor& x, std::int64_t k) {
    return step(equation, x, time(k), size(k), increment(rows, k, size(k)));
  };
  return walk(rows.x, saved, evaluations(), next, watch);
}

}  // namespace weir
