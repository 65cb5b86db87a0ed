// tests/plugins/metric/normal_error.test.cpp -- the coordinates normal to a sphere's space, by hand.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../field/given.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

struct Measured {
  Measured(const Tensor& start, const Tensor& end, weir::Source& target, double until)
      : before(start), after(end), metric(make<weir::Metric>("metric/normal_error", {{"until", until}})) {
    bind(*metric, "start", before, "value");
    bind(*metric, "end", after, "value");
    bind(*metric, "target", target);
    faults = plan(*metric);
  }
  double operator()(const std::string& output) {
    QuietRun quiet;
    if (!ran) metric->run(quiet);
    ran = true;
    return number(value_of(*metric, output));
  }
  Values before, after;
  std::unique_ptr<weir::Metric> metric;
  weir::Faults faults;
  bool ran = false;
};

std::unique_ptr<weir::Source> circle(const std::string& rotation = "none") {
  auto source = make<weir::Source>("source/sphere", {{"dim", 3}, {"rotation", rotation}});
  run(*source);
  return source;
}

}  // namespace

TEST_CASE("Of two points only what is normal to the circle counts", "[metric][normal_error]") {
  const auto target = circle();
  const Tensor start = row_of({1, 2, 4, 0, 0, -2}).view({2, 3});
  const Tensor end = row_of({9, 9, 1.5, 9, 9, -0.5}).view({2, 3});
  Measured measured(start, end, *target, 0.75);  // exact: 1 and -0.5
  REQUIRE(measured.faults.empty());
  CHECK(measured("error") == Approx((0.25 + 0) / 2).epsilon(1e-12));
  CHECK(measured("error_se") == Approx(0.125).epsilon(1e-12));
  CHECK(measured("error_n") == 2);
}

TEST_CASE("A circle that lies askew has the same normal coordinate, which exact contraction keeps at 0",
          "[metric][normal_error]") {
  const auto target = circle("random");
  weir::Rng rng(2, "start", f64), other(3, "points", f64);
  const Tensor start = rng.normal({50, 3});
  Measured exact(start, 0.1 * start + target->sample(50, other), *target, 0.9);
  REQUIRE(exact.faults.empty());
  CHECK(exact("error") < 1e-24);
  Measured still(start, start, *target, 0.9);
  CHECK(still("error") > 0.1);  // 0.81 of the mean square of a normal number, 50 of them
}

TEST_CASE("A law that spans its space has no normal coordinates, and the points must be the same ones",
          "[metric][normal_error]") {
  GivenSource wide(at::zeros({3}, f64), at::eye(3, f64));
  const Tensor x = at::ones({4, 3}, f64);
  const Measured full(x, x, wide, 1);
  REQUIRE(full.faults.size() == 1);
  CHECK(full.faults[0].message == "'law' spans all 3 dimensions: nothing is normal to it");
  const auto target = circle();
  const Measured fewer(x, x.slice(0, 1), *target, 1);
  REQUIRE(fewer.faults.size() == 1);
  CHECK(fewer.faults[0].message ==
        "start and end are the same points, two or more: start is [4, 3], end [3, 3]");
  const Measured other(x.slice(1, 1), x.slice(1, 1), *target, 1);
  REQUIRE(other.faults.size() == 1);
  CHECK(other.faults[0].message == "points of [4, 2] are not items of 'node', which are [3]");
}
