// tests/plugins/interpolant/spline.test.cpp -- curves through several points against numbers from elsewhere.
#include <weir/kinds/flow/interpolant.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Interpolant;
using weir::Tensor;

namespace {

// A path of one pair on a line, through these points at these times.
struct Made {
  Made(const std::string& id, const std::vector<double>& points, const std::vector<double>& times,
       const nlohmann::json& params = nlohmann::json::object())
      : noise(make<weir::Noise>("noise/zero")), path(make<Interpolant>(id, params)) {
    bind(*path, "noise", *noise);
    for (const double x : points) batch.points.push_back(at::full({1, 1}, x, f64));
    if (!times.empty()) batch.times = at::tensor(times, f64);
  }
  // Place and velocity at these times, [N] each.
  std::pair<Tensor, Tensor> at(const std::vector<double>& times) const {
    const auto n = static_cast<std::int64_t>(times.size());
    const auto [xt, ut] =
        path->at(batch.rows(at::zeros({n}, at::kLong)), at::tensor(times, f64), at::zeros({n, 1}, f64));
    return {xt.view({n}), ut.view({n})};
  }

  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<Interpolant> path;
  weir::Batch batch;
};

bool close(const Tensor& found, const std::vector<double>& expected) {
  return at::allclose(found, at::tensor(expected, f64), 1e-12, 1e-12);
}

}  // namespace

TEST_CASE("A smooth path through three points is that found by hand", "[interpolant][spline]") {
  // One inner point: 2 (1/2 + 1/2) m = 6 (-2 - 2), so m = -12.
  const auto [x, u] = Made("interpolant/spline", {0, 1, 0}, {0, 0.5, 1}).at({0.25, 0.5, 0.75});
  CHECK(close(x, {0.6875, 1, 0.6875}));
  CHECK(close(u, {2.25, 0, -2.25}));
}

TEST_CASE("A smooth path through four uneven points is the natural spline of SciPy",
          "[interpolant][spline]") {
  // scipy.interpolate.CubicSpline(times, points, bc_type='natural') and its derivative, to 16 digits
  const Made made("interpolant/spline", {1, -2, 4, 0}, {0, 0.25, 0.5, 1});
  const auto [x, u] = made.at({0, 0.1, 0.25, 0.3, 0.5, 0.7, 1});
  CHECK(close(x, {1, -1.105739130434783, -2, -1.234086956521739, 4, 5.138086956521738, 0}));
  CHECK(close(u, {-22.78260869565217, -17.60695652173913, 9.565217391304348, 20.35478260869565,
                  20.52173913043478, -6.859130434782609, -22.26086956521739}));
}

TEST_CASE("A path of degree 1 goes straight from point to point", "[interpolant][spline]") {
  const Made made("interpolant/spline", {1, -2, 4, 0}, {0, 0.25, 0.5, 1}, {{"degree", 1}});
  const auto [x, u] = made.at({0, 0.125, 0.25, 0.375, 0.75, 1});
  CHECK(close(x, {1, -0.5, -2, 1, 2, 0}));
  CHECK(close(u, {-12, -12, 24, 24, -8, -8}));
}

TEST_CASE("Through two points a spline is the straight line, to the bit", "[interpolant][spline]") {
  const int degree = GENERATE(1, 3);
  const std::vector<double> times{0, 0.1, 1.0 / 3, 0.5, 0.9, 1};
  const auto [x, u] = Made("interpolant/spline", {0.3, -1.7}, {}, {{"degree", degree}}).at(times);
  const auto [line, speed] = Made("interpolant/linear", {0.3, -1.7}, {}).at(times);
  CHECK(x.equal(line));
  CHECK(u.equal(speed));
}

TEST_CASE("Broken paths from one point by two and back have a mean velocity of 0 where they meet",
          "[interpolant][spline]") {
  // x0 = x1 = 0 and the points between are -1 and 1: E[u | x = 0] = 0, so that a flow from 0 stays there.
  const auto [low, down] = Made("interpolant/spline", {0, -1, 0}, {0, 0.5, 1}, {{"degree", 1}}).at({0});
  const auto [high, up] = Made("interpolant/spline", {0, 1, 0}, {0, 0.5, 1}, {{"degree", 1}}).at({0});
  CHECK(close(low, {0}));
  CHECK(close(high, {0}));
  CHECK(close(down, {-2}));
  CHECK(close(up, {2}));
}

TEST_CASE("A spline takes two points or more and needs their times", "[interpolant][spline]") {
  const auto spline = make<Interpolant>("interpolant/spline");
  CHECK(spline->takes(2));
  CHECK(spline->takes(7));
  CHECK_FALSE(spline->takes(1));
  CHECK_THROWS_WITH(Made("interpolant/spline", {1, 2, 3}, {}).at({0.5}),
                    "a batch of more than two points has their times; the coupling gives none");
  CHECK_THROWS_WITH(Made("interpolant/spline", {1, 2, 3}, {0, 1}).at({0.5}),
                    "a batch has one time for each of its points");
  CHECK_THROWS_WITH(Made("interpolant/linear", {1, 2, 3}, {0, 0.5, 1}).at({0.5}),
                    "interpolant 'node' has no path through 3 points; ask takes() at plan");
}

TEST_CASE("A spline is of degree 1 or 3", "[interpolant][spline]") {
  const auto spline = make<Interpolant>("interpolant/spline", {{"degree", 2}});
  const weir::Faults faults = plan(*spline);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "degree is 1 or 3: parabolas through all points would swing between them");
  CHECK(faults[0].remedy == "write degree: 3");
}
