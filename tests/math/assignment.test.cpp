// tests/math/assignment.test.cpp -- the assignment solver against brute force, closed forms, scipy, and its own certificate.
#include <weir/math/numeric/assignment.hpp>
#include <weir/rng.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Assignment;
using weir::Tensor;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

double brute_force(const Tensor& cost) {
  const auto n = cost.size(0);
  const auto c = cost.accessor<double, 2>();
  std::vector<std::int64_t> p(static_cast<std::size_t>(n));
  std::iota(p.begin(), p.end(), 0);
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += c[i][p[static_cast<std::size_t>(i)]];
    best = std::min(best, sum);
  } while (std::ranges::next_permutation(p).found);
  return best;
}

// A permutation of the right cost whose duals prove it optimal, to round-off of the largest cost.
void check_certificate(const Tensor& cost, const Assignment& found) {
  const auto n = cost.size(0);
  const Tensor c = cost.to(at::kDouble);
  const double unit = 1e-15 * static_cast<double>(n) * (1 + c.abs().max().item<double>());
  CHECK(std::get<0>(found.permutation.sort()).equal(at::arange(n, at::kLong)));
  CHECK(found.cost == Approx(c.gather(1, found.permutation.unsqueeze(1)).sum().item<double>()).margin(unit));
  CHECK((c - found.u.unsqueeze(1) - found.v).min().item<double>() >= -unit);
  CHECK(found.gap >= -unit);
  CHECK(found.gap <= 16 * unit);
  CHECK(found.cost - found.u.sum().item<double>() - found.v.sum().item<double>() ==
        Approx(found.gap).margin(16 * unit));
}

// Whole numbers with no order that a solver could lean on.
Tensor scrambled(std::int64_t n) {
  Tensor c = at::empty({n, n}, f64);
  auto cell = c.accessor<double, 2>();
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j)
      cell[i][j] = static_cast<double>(((i + 1) * (j + 3) * 7 + i * i * 5 + j * 13) % 97);
  }
  return c;
}

}  // namespace

TEST_CASE("An assignment is as cheap as the best of all permutations", "[math][assignment]") {
  weir::Rng rng(1, "assignment", f64);
  for (std::int64_t n = 1; n <= 7; ++n) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      // Every second instance has few values, and so many ties; some costs are negative.
      const Tensor cost = repeat % 2 == 0 ? rng.normal({n, n}) : rng.integers(3, {n, n}).to(at::kDouble) - 1;

      const Assignment found = weir::solve(cost);

      CHECK(found.cost == Approx(brute_force(cost)).margin(1e-12));
      check_certificate(cost, found);
    }
  }
}

TEST_CASE("An assignment of points on a line keeps their order", "[math][assignment]") {
  weir::Rng rng(2, "line", f64);
  const Tensor x = rng.normal({300, 1}), y = 3 * rng.normal({300, 1}) + 100;

  const Assignment found = weir::match(x, y);

  const Tensor sorted = (std::get<0>(x.sort(0)) - std::get<0>(y.sort(0))).square().sum();
  CHECK(found.cost == Approx(sorted.item<double>()).epsilon(1e-12));
  const Tensor partner = y.index_select(0, found.permutation);
  CHECK(x.argsort(std::int64_t{0}).equal(partner.argsort(std::int64_t{0})));
}

TEST_CASE("Products of ranks are cheapest in opposite order", "[math][assignment]") {
  const std::int64_t n = 50;
  const Tensor rank = at::arange(n, f64);
  const Tensor cost = at::outer(rank, rank);  // rearrangement inequality

  const Assignment found = weir::solve(cost);

  CHECK(found.permutation.equal(at::arange(n - 1, -1, -1, at::kLong)));
  check_certificate(cost, found);
}

TEST_CASE("Assignments cost what scipy.optimize.linear_sum_assignment finds", "[math][assignment]") {
  CHECK(weir::solve(scrambled(40)).cost == 208);
  CHECK(weir::solve(scrambled(75)).cost == 186);
  Tensor waves = at::empty({30, 30}, f64);
  auto cell = waves.accessor<double, 2>();
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 30; ++j) cell[i][j] = std::abs(std::sin(1.0 + i * 1.7 + j * 0.9 + i * j * 0.13));
  }
  CHECK(weir::solve(waves).cost == Approx(3.037467522419110).epsilon(1e-13));
}

TEST_CASE("The duals prove an assignment of hundreds of points optimal", "[math][assignment]") {
  weir::Rng rng(3, "points", f64);
  const std::int64_t dim = GENERATE(2, 40);
  const Tensor x = rng.normal({400, dim}), y = rng.uniform({400, dim}) + 2;
  const Tensor cost = at::cdist(x, y, 2.0, 2).square();

  check_certificate(cost, weir::solve(cost));
  check_certificate(cost, weir::match(x, y));
}

TEST_CASE("Points that lie exactly on each other are matched at no cost", "[math][assignment]") {
  weir::Rng rng(4, "same", f64);
  const Tensor x = rng.normal({200, 3, 2}), order = rng.permutation(200);

  const Assignment found = weir::match(x, x.index_select(0, order));

  CHECK(found.cost == Approx(0).margin(1e-24));
  CHECK(order.index_select(0, found.permutation).equal(at::arange(200, at::kLong)));
}

TEST_CASE("Equal costs give some permutation, without end or repetition", "[math][assignment]") {
  check_certificate(at::full({60, 60}, 2.5, f64), weir::solve(at::full({60, 60}, 2.5, f64)));
  const Tensor blocks = at::kron(at::ones({2, 2}, f64) - at::eye(2, f64), at::ones({30, 30}, f64));
  check_certificate(blocks, weir::solve(blocks));
}

TEST_CASE("Costs in single precision are assigned in single precision, with duals in double",
          "[math][assignment]") {
  weir::Rng rng(5, "single", f64);
  const Tensor cost = rng.uniform({80, 80}).to(at::kFloat);

  const Assignment found = weir::solve(cost);

  check_certificate(cost, found);
  CHECK(found.u.scalar_type() == at::kDouble);
}

TEST_CASE("No rows are assigned at no cost, one row to its only column", "[math][assignment]") {
  CHECK(weir::solve(at::empty({0, 0}, f64)).cost == 0);
  const Assignment one = weir::solve(at::full({1, 1}, 7.0, f64));
  CHECK(one.cost == 7);
  CHECK(one.gap == 0);
}

TEST_CASE("An assignment refuses costs that are not finite, and matrices that are not square",
          "[math][assignment]") {
  Tensor cost = at::ones({4, 4}, f64);
  cost[2][1] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(weir::solve(cost), "costs of an assignment must be finite: cost[2, 1] is nan");
  CHECK_THROWS_WITH(weir::solve(at::ones({2, 3}, f64)),
                    "an assignment needs a square cost matrix, not one of shape [2, 3]");
  CHECK_THROWS_WITH(weir::match(at::ones({2, 3}, f64), at::ones({4, 3}, f64)),
                    "an assignment needs as many points on both sides: 2 and 4 were given");
}

TEST_CASE("An assignment can be stopped by whom it tells of its progress", "[math][assignment]") {
  // Products of ranks: every row wants the same column, so bids leave rows free for the search that tells of its progress.
  const Tensor rank = at::arange(200, f64);
  const auto stop = [](std::int64_t done, std::int64_t total) {
    CHECK(done < total);
    CHECK(total == 200);
    throw std::runtime_error("enough");
  };
  CHECK_THROWS_WITH(weir::solve(at::outer(rank, rank), stop), "enough");
}
