// tests/plugins/metric/memorisation.test.cpp -- recall and distances, by hand and by brute force.
#include <cmath>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Metric;
using weir::Tensor;

namespace {

struct Made {
  Made(const Tensor& ends, const Tensor& x1, const json& params = json::object(), const Tensor& ot = {})
      : start(at::zeros_like(x1)),
        end(x1),
        generated(ends),
        pairs(make<Coupling>("coupling/given")),
        metric(make<Metric>("metric/memorisation", params)) {
    bind(*pairs, "start", start, "value");
    bind(*pairs, "end", end, "value");
    run(*pairs);
    bind(*metric, "generated", generated, "value");
    bind(*metric, "pairs", *pairs);
    if (!ot.defined()) return;
    partner = std::make_unique<Values>(ot);
    bind(*metric, "ot", *partner, "value");
  }
  Tensor operator()(const std::string& output) const { return value_of(*metric, output); }

  Values start, end, generated;
  std::unique_ptr<Values> partner;
  std::unique_ptr<Coupling> pairs;
  std::unique_ptr<Metric> metric;
};

Tensor column(const std::vector<double>& numbers) { return row_of(numbers).view({-1, 1}); }

}  // namespace

TEST_CASE("Memorisation of three points on a line, by hand", "[metric][memorisation]") {
  const Made made(column({1, 12, 4}), column({0, 10, 20}), json::object(), column({3, 12, 0}));
  run(*made.metric);
  CHECK(made("own").allclose(row_of({1, 2, 16})));
  CHECK(made("nearest").allclose(row_of({1, 2, 4})));
  CHECK(made("ot").allclose(row_of({2, 0, 4})));
  CHECK(made("ratio").allclose(row_of({1.0 / 9, 2.0 / 8, 4.0 / 6})));
  CHECK(number(made("copied")) == Approx(2.0 / 3));
  CHECK(made("partner").equal(at::tensor({0, 1, 0}, at::kLong)));
  CHECK(number(made("share")) == Approx(2.0 / 3));
  CHECK(number(made("share_se")) == Approx(2.0 / 7));  // p = 4/7: sqrt(4/7 3/7 / 3)
  CHECK(made("share_n").item<std::int64_t>() == 3);
}

TEST_CASE("A training target that occurs twice counts as the own one", "[metric][memorisation]") {
  weir::Rng rng(1, "twice", f64);
  const Tensor half = rng.normal({20, 60});
  const Tensor x1 = at::cat({half, half});
  const Made made(x1 + 0.01 * rng.normal({40, 60}), x1);
  run(*made.metric);
  CHECK(number(made("share")) == 1);
  CHECK(made("own").equal(made("nearest")));
  CHECK(made("partner").equal(at::arange(40, at::kLong)));
  CHECK(made("ratio").equal(at::ones({40}, f64)));  // as near to its double as to itself: a copy of none
  CHECK(number(made("copied")) == 0);
}

TEST_CASE("A single pair has a nearest target and no second", "[metric][memorisation]") {
  const Made made(column({1}), column({3}));
  run(*made.metric);
  CHECK(number(made("share")) == 1);
  CHECK_FALSE(made.metric->output("ratio")->planned());
  CHECK_FALSE(made.metric->output("copied")->planned());
}

TEST_CASE("Memorisation agrees with all distances, whatever the chunk", "[metric][memorisation]") {
  weir::Rng rng(2, "brute", f64);
  const Tensor x1 = rng.normal({90, 1, 6, 6}) + 50, ends = x1 + 1.5 * rng.normal({90, 1, 6, 6});
  const Made made(ends, x1, {{"chunk", GENERATE(1, 7, 1024)}});

  run(*made.metric);

  const Tensor distances = (ends.unsqueeze(1) - x1.unsqueeze(0)).square().flatten(2).sum(2).sqrt();
  CHECK(made("own").allclose(distances.diagonal(), 1e-12));
  CHECK(made("nearest").allclose(distances.amin(1), 1e-12));
  const Tensor two = std::get<0>(distances.topk(2, 1, false));
  CHECK(made("ratio").allclose(two.select(1, 0) / two.select(1, 1), 1e-12));
  CHECK(made("partner").equal(distances.argmin(1)));
  const Tensor own = distances.argmin(1) == at::arange(90, at::kLong);
  CHECK(number(made("share")) == Approx(number(own.to(at::kDouble).mean())));
  CHECK(number(made("share")) > 0.1);  // a case in which both kinds occur
  CHECK(number(made("share")) < 0.99);
}

TEST_CASE("Memorisation needs fixed pairs and an end for each", "[metric][memorisation]") {
  const Made made(column({1, 12}), column({0, 10, 20}), json::object(), column({1, 2, 3, 4}));
  const weir::Faults faults = plan(*made.metric);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message == "generated must have a row for each pair: [3, 1] is needed, it is [2, 1]");
  CHECK(faults[1].message == "ot must have a row for each pair: [3, 1] is needed, it is [4, 1]");

  ItemSet set(at::zeros({4, 1}, f64));
  const auto fresh = make<Coupling>("coupling/independent", {{"draw", "fresh"}}, f64, 0, "pairs");
  bind(*fresh, "source", set);
  bind(*fresh, "target", set);
  run(*fresh);
  Values ends(at::zeros({4, 1}, f64));
  const auto metric = make<Metric>("metric/memorisation");
  bind(*metric, "generated", ends, "value");
  bind(*metric, "pairs", *fresh);
  REQUIRE(plan(*metric).size() == 1);
  CHECK(plan(*metric)[0].message ==
        "only fixed pairs can be memorised; coupling 'pairs' draws new ones each time");
}
