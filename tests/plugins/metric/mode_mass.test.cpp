// tests/plugins/metric/mode_mass.test.cpp -- points at modes, counted by hand and by the law itself, and points on a path.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

struct Counted {
  Counted(const Tensor& points, const json& mixture, const json& params = json::object())
      : generated(points),
        target(make<weir::Source>("source/mixture", mixture, f64, 0, "modes")),
        metric(make<weir::Metric>("metric/mode_mass", params)) {
    run(*target);
    bind(*metric, "generated", generated, "value");
    bind(*metric, "target", *target);
    faults = plan(*metric);
    QuietRun quiet;
    if (faults.empty()) metric->run(quiet);
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }
  Values generated;
  std::unique_ptr<weir::Source> target;
  std::unique_ptr<weir::Metric> metric;
  weir::Faults faults;
};

const json three{{"means", {{-1.5}, {0}, {1.5}}}, {"scale", 0.2}};

}  // namespace

TEST_CASE("Eight points at three modes, of which two are at none", "[metric][mode_mass]") {
  // 0.2 * 3 = 0.6 is how far a mode reaches, so that 0.7 and -3 belong to none.
  const Counted found(row_of({-1.4, -1.5, 0.1, 0.7, 1.5, -3, 0.59, 2.05}).view({8, 1}), three);
  REQUIRE(found.faults.empty());
  CHECK(at::allclose(found["share"], row_of({0.25, 0.25, 0.25})));
  CHECK(number(found["outside"]) == Approx(0.25));
  CHECK(number(found["least"]) == Approx(0.25));
  CHECK(number(found["least_n"]) == 8);
  const double p = (8 * 0.25 + 2) / 12;
  CHECK(number(found["least_se"]) == Approx(std::sqrt(p * (1 - p) / 8)));
  CHECK(number(found["total_variation"]) == Approx((3 * (1.0 / 3 - 0.25) + 0.25) / 2));
  const Counted far(row_of({-1.4, -1.5, 0.1, 0.7, 1.5, -3, 0.59, 2.05}).view({8, 1}), three,
                    {{"reach", 100}});
  CHECK(at::allclose(far["share"], row_of({0.375, 0.375, 0.25})));
  CHECK(number(far["outside"]) == Approx(0).margin(1e-15));
}

TEST_CASE("Between two modes the weights decide, where their densities are equal", "[metric][mode_mass]") {
  // log(0.8 / 0.2) = (2 x) / s^2 at x = s^2 log(4) / 2 = 0.693 of modes at -1 and 1 with s = 1: left of it the heavy one.
  const Counted found(row_of({0.69, 0.70}).view({2, 1}),
                      {{"means", {{-1}, {1}}}, {"weights", {0.8, 0.2}}, {"scale", 1.0}});
  CHECK(at::allclose(found["share"], row_of({0.5, 0.5})));
}

TEST_CASE("Points of the law itself have its weights, but for chance and tails", "[metric][mode_mass]") {
  const auto law = make<weir::Source>(
      "source/mixture", {{"means", {{0, 0}, {9, 0}, {0, 9}}}, {"weights", {5, 3, 2}}, {"scale", 0.5}});
  run(*law);
  weir::Rng rng(3, "law", f64);
  const std::int64_t n = 20000;
  const Counted found(law->sample(n, rng),
                      {{"means", {{0, 0}, {9, 0}, {0, 9}}}, {"weights", {5, 3, 2}}, {"scale", 0.5}});
  // (|z|^2 / 2)^(1/2) > 3 has probability exp(-9) in the plane.
  CHECK(at::allclose(found["share"], row_of({0.5, 0.3, 0.2}), 0, 5 * std::sqrt(0.25 / n)));
  CHECK(number(found["outside"]) < 20 * std::exp(-9.0));
}

TEST_CASE("Points of another length are at no mode", "[metric][mode_mass]") {
  const Counted found(at::zeros({4, 2}, f64), three);
  REQUIRE(found.faults.size() == 1);
  CHECK(found.faults[0].message == "points of [4, 2] are not of 'modes', whose are [1]");
  CHECK(found.faults[0].place.file == "generated");
}

TEST_CASE("Points on a straight path lie between their ends, and are as fast as these are apart",
          "[metric][path]") {
  const Path path;
  GivenPairs pairs(row_of({0, 0, 1, 1}).view({2, 2}), row_of({4, 0, 1, 3}).view({2, 2}));
  run(pairs);
  const auto metric = make<weir::Metric>("metric/path", {{"at", 0.25}});
  bind(*metric, "coupling", pairs);
  bind(*metric, "interpolant", *path.interpolant);
  run(*metric);
  CHECK(value_of(*metric, "points").equal(row_of({1, 0, 1, 1.5}).view({2, 2})));
  CHECK(value_of(*metric, "velocity").equal(row_of({4, 0, 0, 2}).view({2, 2})));
  CHECK(number(value_of(*metric, "speed")) == 10);
  CHECK(number(value_of(*metric, "speed_se")) == Approx(6));  // of 16 and 4: s = 6 sqrt 2
  CHECK(number(value_of(*metric, "speed_n")) == 2);
}

TEST_CASE("A path is followed for fixed pairs only", "[metric][path]") {
  const Path path;
  GivenPairs law(weir::AffineMap{at::eye(2, f64), at::ones({2}, f64)});
  const auto metric = make<weir::Metric>("metric/path");
  bind(*metric, "coupling", law);
  bind(*metric, "interpolant", *path.interpolant);
  const weir::Faults faults = plan(*metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "a path is followed for fixed pairs; coupling 'node' draws new ones each time");
}
