// tests/plugins/coverage.test.cpp -- errors are as large as they say: their mean squares against closed forms and spreads, and the
// share of 95 % intervals that hold the truth. The whole table: weir_tests "[coverage_table]".
#include <cmath>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/variance/gradient_variance.hpp>

#include "coverage.hpp"
#include "values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Rng;
using weir::Tensor;

// The share that is covered is not below `floor`, beyond four of its standard errors.
void covers(const Coverage& found, double floor) {
  CHECK(found.missing == 0);
  CHECK(found.covered >= floor - 4 * found.error_at(floor));
}

}  // namespace

TEST_CASE("The mean square of the error of tr Cov(g) is the jackknife's, at every size", "[coverage]") {
  // E se^2 = V / n + 4 F / (n (n - 2)) with V = Var |g|^2 and F = |Cov(g)|^2: normal g in R^3 have V = 6, F = 3; points of a sphere in
  // R^3 have V = 0, F = 1 / 3.
  const bool sphere = GENERATE(false, true);
  const double n = GENERATE(3.0, 4.0, 8.0, 32.0);
  const double wanted = (sphere ? 0 : 6 / n) + 4 * (sphere ? 1.0 / 3 : 3) / (n * (n - 2));
  const Rng rng(3, "jackknife", f64);
  std::vector<double> squares;
  for (int k = 0; k < 2000; ++k) {
    Tensor g = rng.at("g", k).normal({std::int64_t(n), 3});
    if (sphere) g = g / g.norm(2, {1}, true);
    squares.push_back(std::pow(weir::trace_cov_error((g - g.mean(0)).square().sum(1)).se, 2));
  }
  const Tensor found = row_of(squares);
  CHECK(std::abs(number(found.mean()) - wanted) < 4 * number(found.std()) / std::sqrt(2000.0));
}

TEST_CASE("Intervals of tr Cov(g) from one batch hold the truth at every size", "[coverage][slow]") {
  const auto [law, floor] = GENERATE(table<std::string, double>({{"normal, 30 directions", 0.93},
                                                                 {"normal, 1 direction", 0.91},
                                                                 {"normal, few directions", 0.91},
                                                                 {"products w (1, y)^T", 0.89},
                                                                 {"lognormal lengths, 0.5", 0.86}}));
  const std::int64_t batch = GENERATE(3, 4, 16, 64);
  INFO(law << " " << batch);
  const Coverage found = of_one_batch(gradient_law(law), batch, 500);
  covers(found, floor);
}

TEST_CASE("Two rows, or two replicates, tell nothing of the spread of their distance", "[coverage]") {
  CHECK(of_one_batch(gradient_law("normal, 1 direction"), 2, 20).missing == 1);
  const OverReplicates two = over_replicates(gradient_law("normal, 1 direction"), 4, 2, 20);
  CHECK(two.replicated.missing == 1);
  CHECK(two.total.missing == 0);
}

TEST_CASE("Intervals over replicates hold the truth", "[coverage][slow]") {
  const std::int64_t replicates = GENERATE(2, 3, 5);
  const OverReplicates found = over_replicates(gradient_law("normal, few directions"), 64, replicates, 250);
  covers(found.total, 0.93);
  covers(found.loss, 0.94);
  if (replicates > 2) covers(found.replicated, 0.91);
}

TEST_CASE("Intervals of a discrepancy hold the truth, and their errors are not understated",
          "[coverage][slow]") {
  const double shift = GENERATE(0.0, 0.3, 1.0);
  const std::int64_t points = GENERATE(5, 16, 64);
  const Coverage found = of_mmd(shift, points, 300);
  covers(found, 0.84);
  // E se^2 >= Var; a standard deviation from 300 values of a skewed law is known to some 8 %.
  CHECK(found.ratio > 0.8);
  CHECK(found.ratio < 2);  // where the laws agree: sqrt(2 (n - 1) / (n - 2))
}

TEST_CASE("Intervals of a relative error hold the truth", "[coverage][slow]") {
  const std::int64_t samples = GENERATE(2, 3, 8, 64);
  const Coverage found = of_field_error(false, samples, 400);
  covers(found, 0.87);
  CHECK(found.ratio > 0.85);
}

TEST_CASE("Intervals of a mean loss hold the truth", "[coverage][slow]") {
  covers(of_loss(4, GENERATE(2, 3, 8, 64), 800), 0.90);
}

TEST_CASE("Intervals of a share hold the truth also where all pairs are recalled", "[coverage][slow]") {
  const double probability = GENERATE(0.5, 0.9, 0.98);
  covers(of_recall(probability, GENERATE(4, 16, 64), 400), 0.92);
}

TEST_CASE("Intervals of a sliced distance hold that over all directions", "[coverage][slow]") {
  covers(of_sliced_w2(GENERATE(4, 16, 64), 200), 0.88);
}
