// tests/plugins/metric/w1.test.cpp -- the distance of sorted numbers beside all permutations, distribution functions and known laws.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Metric;
using weir::Tensor;

namespace {

struct Made {
  Made(const Tensor& x, const Tensor& y) : samples(x), points(y), metric(make<Metric>("metric/w1")) {
    bind(*metric, "samples", samples, "value");
    bind(*metric, "points", points, "value");
  }
  double w1() {
    run(*metric);
    return number(value_of(*metric, "w1"));
  }
  Values samples, points;
  std::unique_ptr<Metric> metric;
};

std::vector<double> numbers(const Tensor& x) {
  const Tensor flat = x.contiguous().view({-1});
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace

TEST_CASE("It is the least mean distance over all ways to pair the numbers", "[metric][w1]") {
  weir::Rng rng(1, "few", f64);
  for (int i = 0; i < 5; ++i) {
    const Tensor x = rng.normal({6, 1}), y = 0.3 + 2 * rng.normal({6, 1});
    const std::vector<double> one = numbers(x), other = numbers(y);
    std::array<std::size_t, 6> order{0, 1, 2, 3, 4, 5};
    double least = std::numeric_limits<double>::infinity();
    do {
      double sum = 0;
      for (std::size_t k = 0; k < 6; ++k) sum += std::abs(one[k] - other[order[k]]);
      least = std::min(least, sum / 6);
    } while (std::ranges::next_permutation(order).found);
    CHECK(Made(x, y).w1() == Approx(least).epsilon(1e-12));
  }
}

TEST_CASE("It is the area between the distribution functions", "[metric][w1]") {
  weir::Rng rng(2, "area", f64);
  const Tensor x = rng.normal({50, 1}), y = rng.uniform({50, 1});
  const std::vector<double> one = numbers(x), other = numbers(y);
  std::vector<double> all = one;
  all.insert(all.end(), other.begin(), other.end());
  std::ranges::sort(all);
  double area = 0;
  for (std::size_t k = 0; k + 1 < all.size(); ++k) {
    const auto below = [&](double v) { return v <= all[k]; };
    area += std::abs(double(std::ranges::count_if(one, below) - std::ranges::count_if(other, below)) / 50) *
            (all[k + 1] - all[k]);
  }
  CHECK(Made(x, y).w1() == Approx(area).epsilon(1e-12));
}

TEST_CASE("A set that is moved as a whole lies its displacement away, and the order of points does not count",
          "[metric][w1]") {
  weir::Rng rng(3, "moved", f64);
  const Tensor x = rng.normal({100, 1, 1});
  CHECK(Made(x, (x - 3).index_select(0, rng.permutation(100))).w1() == Approx(3).epsilon(1e-12));
  CHECK(Made(x, x.flip(0)).w1() == 0);
}

TEST_CASE("Of many draws of two laws it is near the distance of the laws", "[metric][w1]") {
  // N(1, 4) and N(0, 1): E |1 + Z| = sqrt(2 / pi) exp(-1 / 2) + erf(1 / sqrt 2), for quantiles that differ by 1 + z. Draws of 20000 have
  // an error of some 2 / sqrt(20000).
  const auto law = make<weir::Source>("source/gaussian", {{"dim", 1}});
  run(*law);
  weir::Rng rng(4, "laws", f64);
  Values samples(1 + 2 * rng.normal({20000, 1}));
  const auto metric = make<Metric>("metric/w1");
  bind(*metric, "samples", samples, "value");
  bind(*metric, "reference", *law);
  run(*metric);
  const double exact = std::sqrt(2 / std::acos(-1)) * std::exp(-0.5) + std::erf(std::sqrt(0.5));
  CHECK(number(value_of(*metric, "w1")) == Approx(exact).margin(0.05));
}

TEST_CASE("Points of more than one number have no order", "[metric][w1]") {
  const Made made(at::zeros({5, 2}, f64), at::ones({5, 2}, f64));
  const weir::Faults faults = plan(*made.metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "points of [2] have no order: metric/w1 is of one number each");
  CHECK(faults[0].remedy == "use metric/w2");
}
