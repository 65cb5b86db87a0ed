// tests/plugins/metric/validity.test.cpp -- words that are looked up, by hand, and losses of fields that are known.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"
#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

struct LookedUp {
  LookedUp(const Tensor& points, weir::Source& target)
      : generated(points), metric(make<weir::Metric>("metric/validity", {{"chunk", 2}})) {
    bind(*metric, "generated", generated, "value");
    bind(*metric, "target", target);
    faults = plan(*metric);
    QuietRun quiet;
    if (faults.empty()) metric->run(quiet);
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }
  Values generated;
  std::unique_ptr<weir::Metric> metric;
  weir::Faults faults;
};

}  // namespace

TEST_CASE("Five points, of which one is no word: share 4/5, and the words as often as they come",
          "[metric][validity]") {
  ItemSet words(row_of({1, 1, 1, -1, -1, -1}).view({3, 2}));
  const LookedUp found(row_of({0.3, 2, 0.1, 0.1, 5, -0.2, -1, -1, -0.4, 0.9}).view({5, 2}), words);
  REQUIRE(found.faults.empty());
  CHECK(found["count"].equal(at::tensor({2, 1, 1}, at::kLong)));
  CHECK(number(found["share"]) == Approx(0.8));
  CHECK(number(found["share_n"]) == 5);
  const double p = 6.0 / 9;
  CHECK(number(found["share_se"]) == Approx(std::sqrt(p * (1 - p) / 5)));
  // (|0.4 - 1/3| + 2 |0.2 - 1/3| + 0.2) / 2
  CHECK(number(found["total_variation"]) == Approx((0.4 - 1.0 / 3 + 2 * (1.0 / 3 - 0.2) + 0.2) / 2));
}

TEST_CASE("A coordinate of 0 is no bit, and each word once is no variation", "[metric][validity]") {
  ItemSet words(row_of({1, 1, 1, -1}).view({2, 2}));
  const LookedUp found(row_of({1, 0, 1, 1}).view({2, 2}), words);
  CHECK(number(found["share"]) == 0.5);
  const LookedUp each(row_of({2, -3, 1, 1}).view({2, 2}), words);
  CHECK(number(each["share"]) == 1);
  CHECK(number(each["total_variation"]) == Approx(0).margin(1e-15));
}

TEST_CASE("A distribution has no words, and points of another length are none", "[metric][validity]") {
  GivenSource law(at::zeros({2}, f64), at::eye(2, f64));
  const LookedUp none(at::ones({2, 2}, f64), law);
  REQUIRE(none.faults.size() == 1);
  CHECK(none.faults[0].message == "'law' is a distribution: it has no words to be looked up");
  ItemSet words(at::ones({1, 3}, f64));
  const LookedUp other(at::ones({4, 2}, f64), words);
  REQUIRE(other.faults.size() == 1);
  CHECK(other.faults[0].message == "points of [4, 2] are not words of 'set', which are [3]");
}

TEST_CASE("The loss of a field is the mean over the objective's rows, in chunks or not", "[metric][loss]") {
  Problem problem;
  Given field([](const Tensor& x, const Tensor& t) { return x + t.unsqueeze(1); });
  const auto metric = make<weir::Metric>("metric/loss", {{"samples", 100}, {"chunk", 30}});
  bind(*metric, "objective", *problem.objective);
  bind(*metric, "field", field);
  run(*metric);
  weir::Rng same = metric->rng().at("samples");
  const weir::Sample sample = problem.objective->sample(100, same);
  const Tensor rows = (sample["ut"] - sample["xt"] - sample["t"].unsqueeze(1)).square().sum(1);
  CHECK(number(value_of(*metric, "loss")) == Approx(number(rows.mean())).epsilon(1e-12));
  CHECK(number(value_of(*metric, "loss_se")) == Approx(number(rows.std()) / 10).epsilon(1e-12));
  CHECK(number(value_of(*metric, "loss_n")) == 100);
}

TEST_CASE("Of the exact field between standard normal laws in D dimensions the loss is D pi / 2",
          "[metric][loss]") {
  // Given x_t the variance of u_t is 1 / q(t) in each coordinate, q = (1 - t)^2 + t^2, whose integral over (0, 1) is pi / 2.
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 2}});
  const auto pairs = make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}});
  run(*base);
  bind(*pairs, "source", *base);
  bind(*pairs, "target", *base);
  run(*pairs);
  Problem problem;
  bind(*problem.objective, "coupling", *pairs);
  Given field([](const Tensor& x, const Tensor& times) {
    const Tensor t = times.unsqueeze(1);
    return (2 * t - 1) * x / ((1 - t).square() + t.square());
  });
  const auto metric = make<weir::Metric>("metric/loss", {{"samples", 40000}});
  bind(*metric, "objective", *problem.objective);
  bind(*metric, "field", field);
  run(*metric);
  const double se = number(value_of(*metric, "loss_se"));
  CHECK(se < 0.03);  // a spread of about 3.5 over 200
  CHECK(std::abs(number(value_of(*metric, "loss")) - std::acos(-1)) < 4 * se);
}

TEST_CASE("A target without a fourth moment gives a loss without an error", "[metric][loss]") {
  const Problem problem("noise/brownian", {{"sigma", 0.5}}, "time/uniform", json::object(), true);
  Given field([](const Tensor& x, const Tensor&) { return x; });
  const auto metric = make<weir::Metric>("metric/loss", {{"samples", 50}});
  bind(*metric, "objective", *problem.objective);
  bind(*metric, "field", field);
  REQUIRE(plan(*metric).empty());
  QuietRun quiet;
  metric->run(quiet);
  REQUIRE(quiet.warnings.size() == 1);
  CHECK(quiet.warnings[0] ==
        "the mean loss is infinite, and what is measured depends on the seed: the square of gamma' in the "
        "target is not "
        "integrable at t = 0; the square of gamma' in the target is not integrable at t = 1; keep t from the "
        "ends, such as "
        "time: {plugin: uniform, eps: 1e-3}, or leave noise_in_target out");
  CHECK(std::isnan(number(value_of(*metric, "loss_se"))));
  CHECK(metric->output("loss")->datasets().at(0).attributes.contains("loss_reason"));
}
