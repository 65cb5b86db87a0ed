// tests/plugins/coupling/independent.test.cpp -- independent pairs and what they inherit from every drawn coupling.
#include <cmath>

#include <weir/kinds/flow/coupling.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

TEST_CASE("Independent pairs are uncorrelated", "[coupling][independent]") {
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 2}});
  run(*source);
  const auto pairs = make<Coupling>("coupling/independent", {{"draw", "fresh"}});
  bind(*pairs, "source", *source);
  bind(*pairs, "target", *source);
  run(*pairs);
  weir::Rng rng(1, "pairs", f64);

  const weir::Batch batch = pairs->draw(20000, rng);

  // Each product has mean 0 and variance 1.
  CHECK((batch.x0().t().mm(batch.x1()) / 20000).abs().max().item<double>() < 5 / std::sqrt(20000.0));
}

TEST_CASE("Fixed pairs of finite sets take every item at most once, with the target's label",
          "[coupling][independent]") {
  ItemSet source(at::arange(10, f64).view({10, 1})),
      target(at::arange(10, f64).view({10, 1}) + 100, at::arange(10, at::kLong) + 500);
  const auto pairs = make<Coupling>("coupling/independent", {{"draw", {{"fixed", 10}}}});
  bind(*pairs, "source", source);
  bind(*pairs, "target", target);

  run(*pairs);

  const weir::Batch all = pairs->all();
  CHECK(std::get<0>(all.x0().view({10}).sort()).equal(at::arange(10, f64)));
  CHECK(std::get<0>(all.x1().view({10}).sort()).equal(at::arange(10, f64) + 100));
  CHECK(all.context.at("label").to(at::kDouble).equal(all.x1().view({10}) + 400));
  weir::Rng rng(2, "draw", f64);
  const weir::Batch some = pairs->draw(50, rng);
  CHECK(some.context.at("label").to(at::kDouble).equal(some.x1().view({50}) + 400));
}

TEST_CASE("More fixed pairs than items, no pairs, and shapes that differ are faults",
          "[coupling][independent]") {
  ItemSet small(at::zeros({4, 1}, f64)), wide(at::zeros({9, 2, 1}, f64));
  const auto faults = [&](const json& draw, weir::Source& source, weir::Source& target) {
    const auto pairs = make<Coupling>("coupling/independent", {{"draw", draw}});
    bind(*pairs, "source", source);
    bind(*pairs, "target", target);
    return plan(*pairs);
  };

  const weir::Faults many = faults({{"fixed", 5}}, small, small);
  REQUIRE(many.size() == 2);  // both ends
  CHECK(many[0].message == "5 fixed pairs need as many distinct items, but source 'set' holds 4");
  CHECK(many[0].remedy ==
        "at most {fixed: 4}; or draw some of them several times: source: {plugin: source/sample, of: set, "
        "count: 5, "
        "replacement: true}");
  const auto law = make<weir::Source>("source/gaussian", {{"dim", 1}}, f64, 0, "base");
  REQUIRE(plan(*law).empty());
  const weir::Faults start = faults({{"fixed", 5}}, *law, small);
  REQUIRE(start.size() == 1);
  CHECK(start[0].message == "5 fixed pairs need as many distinct items, but target 'set' holds 4");
  CHECK(
      start[0].remedy ==
      "at most {fixed: 4}; for 5 points that a flow starts from the set is not needed: source: base, target: "
      "base, and the flow's start is x0 of these pairs");
  const weir::Faults none = faults({{"fixed", 0}}, small, small);
  REQUIRE(none.size() == 1);
  CHECK(none[0].message == "the number of fixed pairs must be at least 1, not 0");
  const weir::Faults shapes = faults("fresh", small, wide);
  REQUIRE(shapes.size() == 1);
  CHECK(shapes[0].message ==
        "both ends of a pair need one shape: source 'set' has items [1], target 'set' has [2, 1]");
}

TEST_CASE("A fresh coupling has no pairs to take by number", "[coupling][independent]") {
  ItemSet set(at::zeros({4, 1}, f64));
  const auto pairs = make<Coupling>("coupling/independent", {{"draw", "fresh"}});
  bind(*pairs, "source", set);
  bind(*pairs, "target", set);
  run(*pairs);
  CHECK_FALSE(pairs->size().has_value());
  CHECK_THROWS_WITH(pairs->all(), "coupling 'node' draws new pairs each time: it has none to take by number");
}
