// tools/check/laws/integrator/stochastic.cpp -- laws of integrators of stochastic flows.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/stochastic.hpp>

#include <check/bench/broken.hpp>
#include <check/laws/laws.hpp>
#include "flows.hpp"

namespace weir::conformance {
namespace {

// From N(0, 1) to N(2, 1/4), independent, on the straight path without noise: x_t ~ N(2 t, (1 - t)^2 + t^2 / 4).
Tensor between_normals(const Tensor& x, const Tensor& t) {
  const Tensor s = t.unsqueeze(1), variance = (1 - s).square() + s.square() / 4;
  return 2 + (s / 4 - (1 - s)) / variance * (x - 2 * s);
}

template <class Base>
std::shared_ptr<Base> followed(const Subject& subject, std::shared_ptr<Node> start, nlohmann::json params) {
  const auto world = on_the_line(subject);
  return as_base<Base>(world->run<Integrator>(subject, along(field_of(between_normals), std::move(start),
                                                             where_taken(subject, params))),
                       "stochastic.hpp");
}

std::shared_ptr<Node> normal_points(std::int64_t n) {
  return std::make_shared<Values>(Rng(11, "start", f64).normal({n, 1}));
}

void keeps_the_marginals(const Subject& subject) {
  const std::int64_t n = 4000;
  for (const double c : {0.0, 0.5, 2.0}) {
    const auto integrator =
        followed<Driven>(subject, normal_points(n), {{"steps", 200}, {"diffusion", c}, {"save_at", {0.5}}});
    const auto hold = [&](const Tensor& x, double mean, double variance, double t) {
      const double m = number(x.mean()), v = number(x.var());
      // 2 % beside the standard errors: 200 steps of Euler and Maruyama's leave 1.5 % of the variance.
      require(std::abs(m - mean) <= 3 * std::sqrt(variance / double(n)) + 0.02 * std::sqrt(variance) &&
                  std::abs(v / variance - 1) <= 3 * std::sqrt(2.0 / double(n)) + 0.02,
              fmt::format("with diffusion {} the points at t = {} have mean {} and variance {}", c, t, mean,
                          variance),
              fmt::format("mean {:.4g} and variance {:.4g}", m, v),
              "correct step(): h, drift, diffusion and dw");
    };
    hold(value_of(*integrator, "trajectory")[0], 1, 0.3125, 0.5);
    hold(value_of(*integrator, "end"), 2, 0.25, 1);
  }
}

void follows_one_path(const Subject& subject) {
  const auto ends = [&](int steps) {
    return value_of(*followed<Stochastic>(subject, normal_points(200),
                                          {{"steps", steps}, {"increments", 256}, {"diffusion", 1}}),
                    "end");
  };
  const Tensor fine = ends(256);
  const auto distance = [&](int steps) { return number((ends(steps) - fine).square().mean().sqrt()); };
  const double coarse = distance(16), half = distance(32);
  require(half < 0.75 * coarse, "32 steps along a Brownian path end nearer to 256 than 16 steps do",
          fmt::format("distances {:.3g} and {:.3g}", half, coarse), "use dw as it is given, once a step");
}

}  // namespace

std::vector<Law> stochastic_laws() {
  return {{"marginals", keeps_the_marginals}, {"path", follows_one_path}};
}

}  // namespace weir::conformance
