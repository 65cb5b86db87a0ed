// core/kinds/flow/stochastic.cpp -- the equation from the velocity, and its addressed noise.
#include <weir/kinds/flow/stochastic.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/space.hpp>

namespace weir {

Stochastic::~Stochastic() = default;

void Stochastic::plan(Plan& plan) {
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

void Stochastic::run(Run& run) {
  // The start of the path is alpha x0 and, where the path has noise there, gamma z: of normal coordinates of this variance. What a
  // path with InexactEnds has of x1 there is not known here.
  if (diffusion_() > 0 && from() == 0) {
    const Tensor x = start().to(at::kDouble), zero = at::zeros({1}, at::kDouble);
    const double gamma = interpolant_->noise().zero() ? 0 : interpolant_->noise().gamma(zero).item<double>();
    const double alpha = interpolant_->alpha(zero).item<double>();
    const double variance = alpha * alpha + gamma * gamma, found = x.square().mean().item<double>();
    const double chance = 5 * std::sqrt(2 / static_cast<double>(std::max<std::int64_t>(x.numel(), 1)));
    if (std::abs(found / variance - 1) > chance + 0.02)
      run.warn(
          fmt::format("the mean square of the start's coordinates is {:.3g}, and of N(0, I) on this path "
                      "{:.3g}: the noise is "
                      "that of flows from N(0, I), and these points will not have the marginals of theirs",
                      found, variance));
  }
  Integrator::run(run);
}

Stochastic::Equation Stochastic::equation(const Velocity& v, const Tensor& like) const {
  const auto of = [like](const auto& function, double t) {
    return function(at::full({1}, t, like.options().dtype(at::kDouble).device(at::kCPU)))
        .template item<double>();
  };
  const TwoPoint& path = *interpolant_;
  const double c = diffusion_(), sign = until() > from() ? 1 : -1;
  Equation equation;
  equation.drift = [=, &v, &path](const Tensor& x, double t) {
    const Tensor u = v(x, t);
    if (c == 0) return u;
    const double beta = of([&](const Tensor& s) { return path.beta(s); }, t);
    const double dbeta = of([&](const Tensor& s) { return path.dbeta(s); }, t);
    return u + sign * c * (beta * u - dbeta * x);
  };
  equation.diffusion = [=, &path](double t) {
    if (c == 0) return 0.0;
    const double alpha = of([&](const Tensor& s) { return path.alpha(s); }, t);
    const double beta = of([&](const Tensor& s) { return path.beta(s); }, t);
    const double dbeta = of([&](const Tensor& s) { return path.dbeta(s); }, t);
    const Noise& noise = path.noise();
    double variance = alpha * alpha;
    double slope = of([&](const Tensor& s) { return alpha_dalpha(path, s); }, t);
    if (!noise.zero()) {
      const double gamma = of([&](const Tensor& s) { return noise.gamma(s); }, t);
      variance += gamma * gamma;
      if (path.noise_in_target()) slope += of([&](const Tensor& s) { return noise.gamma_dgamma(s); }, t);
    }
    const double d = dbeta * variance - beta * slope;
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

Tensor Stochastic::increment(const Rows& rows, std::int64_t k, double h) const {
  const std::int64_t pieces = increments_.given() ? increments_() / steps() : 1;
  Tensor sum;
  for (std::int64_t j = k * pieces; j < (k + 1) * pieces; ++j) {
    Rng rng = this->rng().at("increment", j);
    const Tensor z = rng.normal(rows.x.sizes(), rows.first * rows.x[0].numel());
    sum = sum.defined() ? sum + z : z;
  }
  return sum * std::sqrt(std::abs(h) / static_cast<double>(pieces));
}

Integrator::Path Stochastic::follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
                                    const Watch& watch) const {
  const Equation equation = this->equation(v, rows.x);
  const auto next = [&](const Tensor& x, std::int64_t k) {
    return step(equation, x, time(k), size(k), increment(rows, k, size(k)));
  };
  return walk(rows.x, saved, evaluations(), next, watch);
}

}  // namespace weir
