// tests/plugins/metric/frechet.test.cpp -- distance of normal fits against closed forms and POT.
#include <cmath>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("On a line the Frechet distance is that of means and of standard deviations", "[metric][frechet]") {
  // Means 2 and 5, variances 4 and 16 with n - 1: (5 - 2)^2 + (4 - 2)^2 = 13.
  const Tensor x = row_of({0, 2, 4, 2}).view({4, 1}), y = row_of({5, 5, 5, 5}).view({4, 1});
  const double sd = std::sqrt(8.0 / 3);
  const Compared made("metric/frechet", x, y, {{"blocks", 2}});
  CHECK(made("frechet") == Approx(9 + sd * sd).epsilon(1e-12));  // the other side has no spread
  CHECK(made("mean_part") == Approx(9).epsilon(1e-12));
  // Blocks {0, 2} and {1, 3} of x: without them 2, 2 and 0, 4: means 2, variances 0 and 8. Of y nothing changes.
  const double one = 9 + 0, other = 9 + 8;
  CHECK(made("frechet_se") == Approx(std::sqrt(0.5 * 2 * 16)).epsilon(1e-12));
  CHECK(made("frechet_n") == 2);
  CHECK(made("corrected") == Approx(2 * (9 + sd * sd) - (one + other) / 2).epsilon(1e-12));
}

TEST_CASE("The Frechet distance is POT's between the normal fits", "[metric][frechet]") {
  // ot.gaussian.bures_wasserstein_distance(x.mean(0), y.mean(0), np.cov(x.T), np.cov(y.T))**2, POT 0.9.7
  CHECK(Compared("metric/frechet", cube_points(), box_points())("frechet") ==
        Approx(0.34142952941887894).epsilon(1e-10));
}

TEST_CASE("The corrected Frechet distance of samples is that of their normal laws, at small n too",
          "[metric][frechet]") {
  // W2^2 of N(0, diag(1, 4, 1)) and N((1, 0, 0), diag(4, 1, 1)): 1 + (1 - 2)^2 + (2 - 1)^2 = 3.
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "normal", f64);
  std::vector<double> plain, corrected, squares;
  for (int r = 0; r < 100; ++r) {
    const Tensor x = rng.normal({40, 3}) * row_of({1, 2, 1});
    const Tensor y = rng.normal({40, 3}) * row_of({2, 1, 1}) + row_of({1, 0, 0});
    const Compared made("metric/frechet", x, y);
    plain.push_back(made("frechet"));
    corrected.push_back(made("corrected"));
    squares.push_back(std::pow(made("corrected_se"), 2));
  }
  const Tensor all = row_of(corrected);
  const double error = number(all.std()) / std::sqrt(100.0);
  CHECK(std::abs(number(all.mean()) - 3) < 4 * error);
  CHECK(number(row_of(plain).mean()) - 3 > 4 * error);  // what the correction is for
  const double ratio = std::sqrt(number(row_of(squares).mean())) / number(all.std());
  CHECK(ratio > 0.75);  // a scatter of 100 is known to some 8 %
  CHECK(ratio < 1.4);
}

TEST_CASE("Points within a plane have a Frechet distance, and laws that differ beyond two moments have none",
          "[metric][frechet]") {
  const Tensor flat = at::cat({cube_points().slice(1, 0, 2), at::zeros({60, 1}, f64)}, 1);
  const Compared made("metric/frechet", flat, flat + row_of({0, 0, 2}));
  CHECK(made("frechet") == Approx(4).epsilon(1e-7));
  // +-1 and a normal sample scaled to the same moments.
  const Tensor coins = at::where(at::arange(60, f64).remainder(2) == 0, 1, -1).to(at::kDouble).unsqueeze(1);
  const Tensor even = cube_points().slice(1, 0, 1);
  const Tensor like = (even - even.mean()) / even.std() * coins.std();
  CHECK(Compared("metric/frechet", coins, like)("frechet") == Approx(0).margin(1e-12));
}

TEST_CASE("Frechet distances need blocks of two points", "[metric][frechet]") {
  CHECK(fault_of("metric/frechet", at::zeros({9, 2}, f64), at::zeros({9, 2}, f64), {{"blocks", 5}}) ==
        "5 blocks of 9 points hold fewer than two points each");
}
