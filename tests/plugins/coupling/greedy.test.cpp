// tests/plugins/coupling/greedy.test.cpp -- greedy pairs by hand, by search, and beside those of optimal transport.
#include <weir/math/numeric/distance.hpp>

#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("The nearest two go first, and what is left goes together", "[coupling][greedy]") {
  // 1 takes 1.1, so that 0 is left with 2.5: 0.01 + 6.25. Optimal transport keeps the order: 1.21 + 2.25.
  const OfSets made("coupling/greedy", json::object(), at::tensor({0.0, 1.0}, f64).view({2, 1}),
                    at::tensor({1.1, 2.5}, f64).view({2, 1}));
  run(*made.pairs);
  CHECK(value_of(*made.pairs, "x1_item").equal(1 - value_of(*made.pairs, "x0_item")));
  CHECK(made.value("cost") == Approx(6.26 / 2).epsilon(1e-12));
}

TEST_CASE("Each pair is the least of what is left", "[coupling][greedy]") {
  weir::Rng rng(GENERATE(1, 2, 3), "points", f64);
  const Tensor x0 = rng.normal({30, 3}), x1 = rng.normal({30, 3});
  const OfSets made("coupling/greedy", json::object(), x0, x1);
  run(*made.pairs);
  Tensor left = weir::SquaredDistances(x1).from(x0), partner = at::empty({30}, at::kLong);
  for (int k = 0; k < 30; ++k) {
    const auto least = left.argmin().item<std::int64_t>(), i = least / 30, j = least % 30;
    partner[i] = j;
    left[i].fill_(1e9);
    left.select(1, j).fill_(1e9);
  }
  CHECK(value_of(*made.pairs, "x1_item").equal(partner.index_select(0, value_of(*made.pairs, "x0_item"))));
}

TEST_CASE("Greedy pairs lie between those of optimal transport and independent ones", "[coupling][greedy]") {
  const json draw = {{"draw", {{"fixed", 100}}}}, normal = {{"dim", 2}}, moved = {{"dim", 2}, {"mean", {1}}};
  const OfLaws greedy("coupling/greedy", draw, normal, moved), ot("coupling/ot", draw, normal, moved),
      apart("coupling/independent", draw, normal, moved);
  run(*greedy.pairs);
  run(*ot.pairs);
  run(*apart.pairs);
  CHECK(greedy.pairs->all().x0().equal(ot.pairs->all().x0()));
  CHECK(greedy.value("cost") > ot.value("cost"));
  CHECK(greedy.value("cost") <
        number(weir::paired_squared_distances(apart.pairs->all().x0(), apart.pairs->all().x1()).mean()));
  CHECK_FALSE(weir::facet<weir::KeptMarginals>(*greedy.pairs));
}

TEST_CASE("Greedy matching says what it needs", "[coupling][greedy]") {
  const OfLaws large("coupling/greedy", {{"draw", {{"fixed", 3000000}}}}, {{"dim", 1}}, {{"dim", 1}});
  REQUIRE(plan(*large.pairs).size() == 1);
  CHECK_THAT(plan(*large.pairs)[0].message,
             Catch::StartsWith("greedy matching of 3000000 pairs sorts the distances"));
}
