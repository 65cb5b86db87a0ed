// tests/plugins/metric/distance.test.cpp -- distances of points from others, row by row.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Metric;
using weir::Tensor;

namespace {

struct Made {
  Made(const Tensor& x, const Tensor& y) : points(x), others(y), metric(make<Metric>("metric/distance")) {
    bind(*metric, "points", points, "value");
    bind(*metric, "others", others, "value");
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Values points, others;
  std::unique_ptr<Metric> metric;
};

}  // namespace

TEST_CASE("The distance is that of each point from its own other, over all coordinates",
          "[metric][distance]") {
  // Squares 25, 1, 4, 2: not those of the nearest points, which are other rows'.
  const Made made(row_of({0, 0, 1, 1, 2, 2, 3, 3}).view({4, 2}),
                  row_of({3, 4, 1, 2, 0, 2, 4, 2}).view({4, 2}));
  run(*made.metric);
  CHECK(made("square") == Approx(8).epsilon(1e-14));
  CHECK(made("root") == Approx(std::sqrt(8)).epsilon(1e-14));
  // Standard deviation of 25, 1, 4, 2 with n - 1: deviations 17, -7, -4, -6; sum of squares 390.
  CHECK(made("square_se") == Approx(std::sqrt(390.0 / 3 / 4)).epsilon(1e-12));
  CHECK(made("square_n") == 4);
  // Roots of the means without each: 7/3, 31/3, 28/3, 30/3.
  const double roots[] = {std::sqrt(7.0 / 3), std::sqrt(31.0 / 3), std::sqrt(28.0 / 3), std::sqrt(10.0)};
  double mean = 0, squares = 0;
  for (const double r : roots) mean += r / 4;
  for (const double r : roots) squares += (r - mean) * (r - mean);
  CHECK(made("root_se") == Approx(std::sqrt(0.75 * squares)).epsilon(1e-12));
  CHECK(made("root_n") == 4);
}

TEST_CASE("Points that are where their others are have distance 0, and no error of it",
          "[metric][distance]") {
  const Tensor x = at::arange(12, f64).view({3, 2, 2});
  const Made made(x, x);
  run(*made.metric);
  for (const char* output : {"square", "square_se", "root", "root_se"}) CHECK(made(output) == 0);
}

TEST_CASE("Distances need two points and an other for each", "[metric][distance]") {
  const auto fault = [](const Tensor& x, const Tensor& y) {
    const Made made(x, y);
    const weir::Faults faults = plan(*made.metric);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(fault(at::zeros({1, 2}, f64), at::zeros({1, 2}, f64)) ==
        "distances need at least 2 points [n, item...]");
  CHECK(fault(at::zeros({4, 2}, f64), at::zeros({3, 2}, f64)) ==
        "each point needs one to be compared with: the points are [4, 2], and these [3, 2]");
}
