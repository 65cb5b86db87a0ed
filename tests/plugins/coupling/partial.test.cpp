// tests/plugins/coupling/partial.test.cpp -- partial transport against POT, all choices, and an outlier.
#include <algorithm>
#include <limits>
#include <set>

#include <weir/math/numeric/distance.hpp>

#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// POT 0.9.7.post1, of the six points (sinkhorn.test.cpp):
//   P = ot.partial.partial_wasserstein(u, u, M, m=k / 6, nb_dummies=10); (P * M).sum() / P.sum(), np.argwhere(P > 1e-9)
TEST_CASE("The pairs of a share of the points are POT's", "[coupling][partial]") {
  struct Known {
    std::int64_t n;
    double cost;
    std::set<std::pair<std::int64_t, std::int64_t>> pairs;
  };
  const auto known =
      GENERATE(Known{1, 0.198561515542934, {{0, 5}}}, Known{2, 0.235174265694308, {{0, 5}, {2, 2}}},
               Known{3, 0.251828372627892, {{0, 5}, {2, 2}, {4, 0}}},
               Known{4, 0.457089231546816, {{0, 5}, {1, 1}, {2, 2}, {4, 0}}},
               Known{5, 0.799730565509302, {{0, 5}, {1, 1}, {2, 4}, {4, 0}, {5, 2}}});
  const OfSets made("coupling/partial", {{"mass", double(known.n) / 6}, {"draw", {{"fixed", known.n}}}});
  run(*made.pairs);
  CHECK(made.value("cost") == Approx(known.cost).epsilon(1e-12));
  CHECK(made.value("gap") == Approx(0).margin(1e-12));
  CHECK(made.value("points") == 6);
  std::set<std::pair<std::int64_t, std::int64_t>> found;
  for (std::int64_t k = 0; k < known.n; ++k)
    found.emplace(value_of(*made.pairs, "x0_item")[k].item<std::int64_t>(),
                  value_of(*made.pairs, "x1_item")[k].item<std::int64_t>());
  CHECK(found == known.pairs);
}

TEST_CASE("Of all choices of 3 pairs among 5 points the cheapest is taken", "[coupling][partial]") {
  weir::Rng rng(GENERATE(1, 2, 3), "points", f64);
  const Tensor x0 = rng.normal({5, 2}), x1 = rng.normal({5, 2}), cost = weir::SquaredDistances(x1).from(x0);
  const OfSets made("coupling/partial", {{"mass", 0.6}, {"draw", {{"fixed", 3}}}}, x0, x1);
  run(*made.pairs);
  // A permutation of which the first three places count, of each choice of three rows.
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t a = 0; a < 5; ++a)
    for (std::int64_t b = a + 1; b < 5; ++b)
      for (std::int64_t c = b + 1; c < 5; ++c) {
        std::vector<std::int64_t> p{0, 1, 2, 3, 4};
        do {
          least = std::min(least, number(cost[a][p[0]] + cost[b][p[1]] + cost[c][p[2]]));
        } while (std::ranges::next_permutation(p).found);
      }
  CHECK(made.value("cost") == Approx(least / 3).epsilon(1e-12));
}

// torchcfm 1.0.7's OTPlanSampler("partial") gives its solver no mass, and so has the plan of "sinkhorn": 1.73246606428792 of the six points.
TEST_CASE("Far points are left out, and each batch has as many pairs as it should", "[coupling][partial]") {
  Tensor far = six_targets();
  far[3] += 100;
  const OfSets made("coupling/partial", {{"mass", 5.0 / 6}, {"draw", {{"fixed", 5}}}}, six_sources(), far);
  run(*made.pairs);
  CHECK(made.value("cost") < 2);
  CHECK(number(times_met(*made.pairs, "x1_item", 6)[3]) == 0);

  const OfLaws fresh("coupling/partial", {{"mass", 0.3}, {"draw", "fresh"}}, {{"dim", 2}},
                     {{"dim", 2}, {"mean", {1}}});
  run(*fresh.pairs);
  for (const std::int64_t n : {1, 7, 64}) {
    weir::Rng rng(3, "batch", f64);
    const weir::Batch batch = fresh.pairs->draw(n, rng);
    CHECK(batch.size() == n);
    CHECK(batch.unit.equal(at::zeros({n}, at::kLong)));
  }
  CHECK(kept(*fresh.pairs).x0 == weir::KeptMarginals::How::changed);
}

TEST_CASE("With all of the mass partial transport is optimal transport", "[coupling][partial]") {
  const json normal = {{"dim", 2}}, moved = {{"dim", 2}, {"mean", {1}}}, draw = {{"draw", {{"fixed", 40}}}};
  const OfLaws whole("coupling/partial", {{"mass", 1}, {"draw", {{"fixed", 40}}}}, normal, moved),
      ot("coupling/ot", draw, normal, moved);
  run(*whole.pairs);
  run(*ot.pairs);
  CHECK(whole.pairs->all().x1().equal(ot.pairs->all().x1()));
  CHECK(whole.value("cost") == Approx(ot.value("cost")).epsilon(1e-12));
  CHECK_FALSE(weir::facet<weir::KeptMarginals>(*whole.pairs));
}

TEST_CASE("A set that holds too few points for the mass is a fault of plan", "[coupling][partial]") {
  const OfSets made("coupling/partial", {{"mass", 0.5}, {"draw", {{"fixed", 4}}}});
  const weir::Faults faults = plan(*made.pairs);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message ==
        "4 fixed pairs of mass 0.5 are chosen of 8 distinct items, but source 'set' holds 6");
  CHECK(faults[0].remedy == "at most {fixed: 3}");
}

TEST_CASE("Points that lie on each other are no more pairs than are asked for", "[coupling][partial]") {
  const OfSets made("coupling/partial", {{"mass", 0.5}, {"draw", {{"fixed", 4}}}}, at::ones({8, 2}, f64),
                    at::ones({8, 2}, f64));
  run(*made.pairs);
  CHECK(made.pairs->all().size() == 4);
  CHECK(made.value("cost") == 0);
}
