// tests/plugins/metric/continuity.test.cpp -- the weak continuity equation of fields that have an objective's marginals, and of others.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"
#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Standard normal points of `dim` coordinates, paired independently, and a field to be judged on them.
struct Judged {
  Judged(Given::Function velocity, int dim, json params = json::object())
      : base(make<weir::Source>("source/gaussian", {{"dim", dim}})),
        pairs(make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}})),
        field(std::move(velocity)),
        metric(make<weir::Metric>("metric/continuity", params)) {
    run(*base);
    bind(*pairs, "source", *base);
    bind(*pairs, "target", *base);
    run(*pairs);
    bind(*problem.objective, "coupling", *pairs);
    bind(*metric, "objective", *problem.objective);
    bind(*metric, "field", field);
    run(*metric);
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }

  std::unique_ptr<weir::Source> base;
  std::unique_ptr<weir::Coupling> pairs;
  Problem problem;
  Given field;
  std::unique_ptr<weir::Metric> metric;
};

Tensor exact(const Tensor& x, const Tensor& times) {
  const Tensor t = times.unsqueeze(1);
  return (2 * t - 1) * x / ((1 - t).square() + t.square());
}

}  // namespace

TEST_CASE("The exact field has no residual beyond its error, whatever is added that moves no marginal",
          "[metric][continuity]") {
  const Judged judged(exact, 2);
  CHECK(judged["residual"].sizes() == at::IntArrayRef({17}));
  CHECK(number(judged["residual_z"]) < 5);
  CHECK(number(judged["residual_n"]) == 4096);
  CHECK(
      at::allclose((judged["residual"] / judged["residual_se"]).abs().max(), judged["residual_z"], 1e-12, 0));
  // A turn about the origin leaves a normal law as it is.
  const Judged turned(
      [](const Tensor& x, const Tensor& t) {
        return exact(x, t) + 3 * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
      },
      2);
  CHECK(number(turned["residual_z"]) < 5);
}

TEST_CASE("A field that moves points otherwise has a residual", "[metric][continuity]") {
  const Judged drifting([](const Tensor& x, const Tensor& t) { return exact(x, t) + 0.3; }, 2);
  CHECK(number(drifting["residual_z"]) > 10);
  const Judged still([](const Tensor& x, const Tensor&) { return 0.5 * x; }, 2);
  CHECK(number(still["residual_z"]) > 10);
}

TEST_CASE("On a line a residual is the mean of phi' (u_t - v) over the same points", "[metric][continuity]") {
  const Judged judged([](const Tensor& x, const Tensor&) { return 2 * x + 1; }, 1,
                      {{"samples", 300}, {"chunk", 70}, {"waves", 2}, {"scale", 0.5}});
  weir::Rng same = judged.metric->rng().at("samples");
  const weir::Sample sample = judged.problem.objective->sample(300, same);
  const Tensor x = sample["xt"].flatten(), off = sample["ut"].flatten() - (2 * x + 1);
  CHECK(number(judged["residual"][0]) == Approx(number((x * off).mean())).epsilon(1e-12));
  for (const int j : {1, 2})
    CHECK(std::abs(number(judged["residual"][j])) == Approx(std::abs(number(off.mean()))));
  CHECK(number(judged["residual_se"][0]) == Approx(number((x * off).std()) / std::sqrt(300)).epsilon(1e-12));
  // cos(x / 0.5 + c) has the slope -2 sin(2 x + c), of which any c gives a mix of two means.
  const double sine = number(((2 * x).sin() * off).mean()), cosine = number(((2 * x).cos() * off).mean());
  for (const int j : {3, 4}) {
    CHECK(std::abs(number(judged["residual"][j])) <= 2 * std::hypot(sine, cosine) * (1 + 1e-12));
    CHECK(number(judged["residual"][j]) != 0);
  }
}

TEST_CASE("Rows of one minibatch-OT plan give residuals without an error", "[metric][continuity]") {
  GivenSource source(at::zeros({2}, f64), at::eye(2, f64)), target(Problem::target());
  const auto pairs = make<weir::Coupling>("coupling/ot", {{"draw", "fresh"}});
  bind(*pairs, "source", source);
  bind(*pairs, "target", target);
  run(*pairs);
  Problem problem;
  bind(*problem.objective, "coupling", *pairs);
  Given field([](const Tensor& x, const Tensor&) { return x; });
  const auto metric = make<weir::Metric>("metric/continuity", {{"samples", 50}});
  bind(*metric, "objective", *problem.objective);
  bind(*metric, "field", field);
  run(*metric);
  CHECK(at::isfinite(value_of(*metric, "residual")).all().item<bool>());
  CHECK(at::isnan(value_of(*metric, "residual_se")).all().item<bool>());
  CHECK(std::isnan(number(value_of(*metric, "residual_z"))));
  CHECK(number(value_of(*metric, "residual_n")) == 1);
}
