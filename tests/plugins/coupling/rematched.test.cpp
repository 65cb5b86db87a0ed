// tests/plugins/coupling/rematched.test.cpp -- pairs matched anew.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/distance.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

TEST_CASE("Shuffled pairs of optimal transport, matched anew, are those of optimal transport again",
          "[coupling][rematched]") {
  weir::Rng rng(3, "points", f64);
  ItemSet from(rng.at("from").normal({60, 4})), to(rng.at("to").normal({60, 4}), at::arange(60, at::kLong));
  const auto ot = make<Coupling>("coupling/ot", {{"draw", {{"fixed", 60}}}}, f64, 0, "ot");
  bind(*ot, "source", from);
  bind(*ot, "target", to);
  run(*ot);
  const auto shuffled = make<Coupling>("coupling/shuffled", json::object(), f64, 0, "shuffled");
  bind(*shuffled, "coupling", *ot);
  run(*shuffled);
  const auto rematched = make<Coupling>("coupling/rematched", json::object(), f64);
  bind(*rematched, "coupling", *shuffled);

  run(*rematched);

  const weir::Batch before = ot->all(), after = rematched->all();
  CHECK(after.x0().equal(before.x0()));
  CHECK(after.x1().equal(before.x1()));
  CHECK(after.context.at("label").equal(before.context.at("label")));
  CHECK(value_of(*rematched, "x1_item").equal(value_of(*ot, "x1_item")));
  const Tensor p = value_of(*rematched, "permutation");
  CHECK(shuffled->all().x1().index_select(0, p).equal(after.x1()));
  CHECK(number(value_of(*rematched, "cost")) ==
        Approx(number(weir::paired_squared_distances(after.x0(), after.x1()).mean())));
  CHECK(number(value_of(*rematched, "kept")) == 0);
  CHECK(number(value_of(*rematched, "gap")) >= 0);
  CHECK(number(value_of(*rematched, "gap")) < 1e-12);
}

TEST_CASE("Points that lie on a line are paired in order", "[coupling][rematched]") {
  Values x0(row_of({3, 1, 2, 0}).view({4, 1})), x1(row_of({10, 20, 30, 1}).view({4, 1}), "ends");
  const auto given = make<Coupling>("coupling/given", json::object(), f64);
  bind(*given, "start", x0, "value");
  bind(*given, "end", x1, "value");
  run(*given);
  const auto rematched = make<Coupling>("coupling/rematched", json::object(), f64);
  bind(*rematched, "coupling", *given);
  run(*rematched);
  CHECK(rematched->all().x1().equal(row_of({30, 10, 20, 1}).view({4, 1})));
  CHECK(number(value_of(*rematched, "kept")) == 0.25);
}

TEST_CASE("Fresh pairs cannot be matched anew", "[coupling][rematched]") {
  ItemSet set(row_of({1, 2, 3}).view({3, 1}));
  const auto fresh = make<Coupling>("coupling/independent", {{"draw", "fresh"}}, f64, 0, "before");
  bind(*fresh, "source", set);
  bind(*fresh, "target", set);
  const auto rematched = make<Coupling>("coupling/rematched", json::object(), f64);
  bind(*rematched, "coupling", *fresh);
  const weir::Faults faults = plan(*rematched);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "only fixed pairs can be paired anew; coupling 'before' draws new ones each time");
  CHECK(faults[0].also[0].caption == "its pairs are said here to be drawn fresh");
}
