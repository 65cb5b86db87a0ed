// tests/plugins/metric/history_score.test.cpp -- scores of known models, one for each snapshot.
#include <cmath>

#include <weir/kinds/learn/history.hpp>
#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Params;
using weir::Tensor;

std::unique_ptr<Metric> made(weir::Objective& objective, weir::History& history, int samples) {
  auto metric = make<Metric>("metric/history_score", {{"samples", samples}});
  bind(*metric, "history", history);
  bind(*metric, "objective", objective);
  return metric;
}

}  // namespace

TEST_CASE("A classifier's snapshots are scored by counting, each item once", "[metric][history_score]") {
  // f(x) = s x on the line, of classes x < 0 and x > 0: right with s > 0, wrong with s < 0; the loss is log(1 + exp(-2 s |x|)).
  const Tensor points = row_of({-2, -1, 1, 3}).view({4, 1});
  ItemSet set(points, at::tensor({0, 0, 1, 1}, at::kLong), 2);
  const auto network = make<weir::Network>("network/mlp", {{"depth", 0}});
  const auto objective = make<weir::Objective>("objective/classification", {{"distinct", true}});
  bind(*objective, "data", set);
  bind(*objective, "network", *network);
  run(*objective);
  const auto params = [](double s) {
    return Params({{"network.net.0.weight", row_of({-s, s}).view({2, 1})},
                   {"network.net.0.bias", at::zeros({2}, f64)}});
  };
  weir::History history({0, 5, 9, 12}, *objective, nullptr);
  const std::vector<double> scales{-1, 0.5, 2};
  history.set(0, params(scales[0]), params(0));
  history.set(5, params(scales[1]), params(0));
  history.set(9, params(scales[2]), params(0));
  const auto metric = made(*objective, history, 4);
  run(*metric);
  for (int k = 0; k < 3; ++k) {
    double loss = 0;
    for (const double x : {2.0, 1.0, 1.0, 3.0})
      loss += std::log1p(std::exp(-2 * scales[std::size_t(k)] * x)) / 4;
    CHECK(number(value_of(*metric, "loss")[k]) == Approx(loss).epsilon(1e-12));
    CHECK(number(value_of(*metric, "accuracy")[k]) == (k == 0 ? 0 : 1));
  }
  CHECK(std::isnan(number(value_of(*metric, "loss")[3])));
  CHECK(std::isnan(number(value_of(*metric, "accuracy")[3])));
  CHECK(number(value_of(*metric, "least")) == number(value_of(*metric, "loss")[2]));
  CHECK(value_of(*metric, "least_step").item<std::int64_t>() == 9);
  CHECK(number(value_of(*metric, "best")) == 1);
  CHECK(value_of(*metric, "best_step").item<std::int64_t>() == 5);  // the first of the best
  CHECK(value_of(*metric, "step").equal(at::tensor({0, 5, 9, 12}, at::kLong)));
  CHECK(number(value_of(*metric, "accuracy_se")[0]) > 0);
}

TEST_CASE("A training that reached no moment, and more rows than there are, are refused",
          "[metric][history_score]") {
  ItemSet set(row_of({-2, -1, 1, 3}).view({4, 1}), at::tensor({0, 0, 1, 1}, at::kLong), 2);
  const auto network = make<weir::Network>("network/mlp", {{"depth", 0}});
  const auto objective =
      make<weir::Objective>("objective/classification", {{"distinct", true}}, f64, 0, "task");
  bind(*objective, "data", set);
  bind(*objective, "network", *network);
  run(*objective);
  weir::History history({5, 9}, *objective, nullptr);
  CHECK_THROWS_WITH(run(*made(*objective, history, 4)),
                    "the training ended before step 5, the first moment of its history: there is none to "
                    "score; keep an earlier snapshot, or step 0");
  const weir::Faults faults = plan(*made(*objective, history, 5));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].place.file == "samples");
  CHECK(faults[0].message == "a score takes 5 rows in one draw, and 'task' gives 4 at most");
}

TEST_CASE("A field's snapshots have the loss that metric/loss gives them, and no accuracy",
          "[metric][history_score]") {
  const Problem problem;
  const auto field = make<weir::Field>("field/mlp", {{"depth", 1}, {"width", 5}});
  weir::History history({0, 7}, *problem.objective, field.get());
  for (const std::int64_t step : {0, 7}) {
    weir::Rng rng(std::uint64_t(step), "init", f64);
    const Params params = field->init({2}, rng);
    history.set(step, params, params);
  }
  const auto metric = made(*problem.objective, history, 50);
  run(*metric);
  CHECK_FALSE(metric->output("accuracy")->given());
  weir::Rng rng = weir::Rng(0, "node", f64).at("samples");
  const weir::Sample sample = problem.objective->sample(50, rng);
  for (const auto& [row, step] : {std::pair(0, 0), std::pair(1, 7)}) {
    const Tensor losses =
        (sample["ut"] - field->velocity(history.after(step)->params, sample["xt"], sample["t"]))
            .square()
            .sum(1);
    CHECK(number(value_of(*metric, "loss")[row]) == Approx(number(losses.mean())).epsilon(1e-12));
    CHECK(number(value_of(*metric, "loss_se")[row]) ==
          Approx(number(losses.std()) / std::sqrt(50.0)).epsilon(1e-12));
  }
}
