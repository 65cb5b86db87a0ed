// tests/plugins/metric/c2st.test.cpp -- the classifier two-sample test, at its ends and between.
#include <algorithm>
#include <cmath>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("Sets that are far apart are told at every point", "[metric][c2st]") {
  const Compared made("metric/c2st", cube_points(), cube_points() + 10);
  CHECK(made("accuracy") == 1);
  CHECK(made("accuracy_n") == 60);
  CHECK(made("z") == Approx(std::sqrt(60.0)));
  const double p = 62.0 / 64;
  CHECK(made("accuracy_se") == Approx(std::sqrt(p * (1 - p) / 60)).epsilon(1e-12));
}

TEST_CASE("A vote is that of the nearest points of both sides", "[metric][c2st]") {
  // The split's rows, by brute force: the same permutation, the votes counted one by one.
  const Tensor x = cube_points(), y = box_points();
  const std::int64_t k = GENERATE(1, 5, 9), held = GENERATE(20, 30);
  const double share = static_cast<double>(held) / 60;
  const Compared made("metric/c2st", x, y, {{"neighbours", k}, {"held_out", share}, {"chunk", 16}}, 11);
  const Tensor order = weir::Rng(11, "node", f64).at("split").permutation(60);
  const auto row = [&](std::int64_t i, bool of_y) { return (of_y ? y : x)[order[i].item<std::int64_t>()]; };
  int right = 0;
  for (std::int64_t i = 0; i < held; ++i) {
    for (const bool of_y : {false, true}) {
      std::vector<std::pair<double, bool>> others;
      for (std::int64_t j = held; j < 60; ++j)
        for (const bool other : {false, true})
          others.emplace_back(number((row(j, other) - row(i, of_y)).square().sum()), other);
      std::sort(others.begin(), others.end());
      int votes = 0;
      for (std::int64_t v = 0; v < k; ++v) votes += others[std::size_t(v)].second ? 1 : 0;
      right += (2 * votes > k) == of_y ? 1 : 0;
    }
  }
  CHECK(made("accuracy") == Approx(right / (2.0 * double(held))).epsilon(1e-14));
}

TEST_CASE("Where the laws agree z is at most as wide as fair coins", "[metric][c2st]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "null", f64);
  std::vector<double> z;
  for (std::uint64_t r = 0; r < 300; ++r)
    z.push_back(Compared("metric/c2st", rng.normal({40, 2}), rng.normal({40, 2}), json::object(), r)("z"));
  const Tensor all = row_of(z);
  CHECK(std::abs(number(all.mean())) < 4 * number(all.std()) / std::sqrt(300.0));
  // A variance of 300 is known to 8 %. Narrower than 1, by p (1 - p) against 1/4, where the votes are not even.
  CHECK(number(all.var()) < 1 + 4 * 0.08);
  CHECK(number(all.var()) > 0.5);
}

TEST_CASE("Two normal laws are told apart nearly as well as they can be", "[metric][c2st]") {
  // N(0, I) and N(m, I), |m| = 2: the best classifier is right with probability Phi(1) = 0.841.
  weir::Rng rng(5, "shift", f64);
  const Compared made("metric/c2st", rng.normal({2000, 2}), rng.normal({2000, 2}) + row_of({2, 0}));
  CHECK(made("accuracy") < 0.8413 + 4 * made("accuracy_se"));
  CHECK(made("accuracy") > 0.8413 - 0.02 - 4 * made("accuracy_se"));  // 45 of 2000 neighbours cost about 0.01
}

TEST_CASE("The same seed gives the same split", "[metric][c2st]") {
  const Tensor x = cube_points(), y = box_points();
  CHECK(Compared("metric/c2st", x, y, json::object(), 3)("accuracy") ==
        Compared("metric/c2st", x, y, json::object(), 3)("accuracy"));
}

TEST_CASE("Votes must not tie, and there must be voters", "[metric][c2st]") {
  const Tensor six = at::zeros({6, 2}, f64);
  CHECK(fault_of("metric/c2st", six, six, {{"neighbours", 4}}) == "the votes of 4 neighbours may be equal");
  CHECK(fault_of("metric/c2st", six, six, {{"neighbours", 7}}) ==
        "there are 6 training points of both sides, fewer than 7 neighbours");
}
