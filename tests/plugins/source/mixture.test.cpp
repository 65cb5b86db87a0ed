// tests/plugins/source/mixture.test.cpp -- mixtures and the named sets in the plane.
#include <cmath>
#include <limits>
#include <numbers>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

namespace {

std::unique_ptr<Source> mixture(const json& params) {
  auto source = make<Source>("source/mixture", params);
  run(*source);
  return source;
}

Tensor draw(const Source& source, std::int64_t n) {
  weir::Rng rng(3, "draw", f64);
  return source.sample(n, rng);
}

}  // namespace

TEST_CASE("The eight Gaussians lie on a circle of radius 5 with covariance sqrt(0.1)", "[source][mixture]") {
  const std::int64_t n = 40000;
  const Tensor x = draw(*mixture({{"set", "eight_gaussians"}}), n);
  const Tensor turn = at::atan2(x.select(1, 1), x.select(1, 0)) * (4 / std::numbers::pi);
  const Tensor k = at::remainder(at::round(turn), 8), angle = k * (std::numbers::pi / 4);
  const Tensor rest = x - 5 * at::stack({angle.cos(), angle.sin()}, 1);

  // 8 equal shares; a share's standard error is sqrt(7/64 / n) = 0.0017.
  for (int i = 0; i < 8; ++i)
    CHECK(number((k == i).to(at::kDouble).mean()) == Approx(0.125).margin(5 * 0.0017));
  // Neighbours are 3.4 spreads from the border between them, so next to no point is given to the wrong centre.
  // Variance s^2 = 0.3162 with standard error s^2 sqrt(2 / n) = 0.0022.
  const Tensor variance = rest.square().mean(0);
  CHECK(number(variance[0]) == Approx(std::sqrt(0.1)).margin(5 * 0.0022));
  CHECK(number(variance[1]) == Approx(std::sqrt(0.1)).margin(5 * 0.0022));
}

TEST_CASE("Drawn means are normal with the given spread, and the same at every use", "[source][mixture]") {
  const json params = {{"components", 200}, {"dim", 50}, {"spread", 3}, {"scale", 0.01}};
  const auto source = mixture(params);
  CHECK(source->shape() == weir::Shape{50});
  // The mean square of 10000 normal numbers has a relative standard error of sqrt(2 / 10000).
  const weir::Moments moments = *weir::facet<weir::Moments>(*source);
  const double mean_square = number(moments.covariance.diagonal().mean() + moments.mean.square().mean());
  CHECK(mean_square == Approx(9 + 1e-4).epsilon(5 * std::sqrt(2.0 / 10000)));
  CHECK(draw(*source, 10).equal(draw(*mixture(params), 10)));
}

TEST_CASE("The two moons are two half circles that are shifted along the diagonal only",
          "[source][mixture]") {
  const Tensor y = (draw(*mixture({{"set", "two_moons"}}), 4000) + 1) / 3;
  // Undo the shift: some u in [0, 0.2] must put the point on one of the circles (outer: centre (0, 0); inner: (1, 1/2)).
  const auto shift_onto = [&](double cx, double cy) {  // both roots of |y - c - u (1, 1)|^2 = 1
    const Tensor a = y.select(1, 0) - cx, b = y.select(1, 1) - cy;
    const Tensor half = (a + b) / 2,
                 root = (half.square() - (a.square() + b.square() - 1) / 2).clamp_min(-1).sqrt();
    const auto fits = [](const Tensor& u) { return (u >= -1e-9).logical_and(u <= 0.2 + 1e-9); };
    return fits(half - root).logical_or(fits(half + root));
  };
  CHECK(shift_onto(0, 0).logical_or(shift_onto(1, 0.5)).all().item<bool>());
  CHECK(number(y.select(1, 1).min()) > -0.5 - 1e-9);
  CHECK(number(y.select(1, 1).max()) < 1.2 + 1e-9);
}

TEST_CASE("Two moons that are labelled are the same points, each with its moon", "[source][mixture]") {
  const auto moons = mixture({{"set", "two_moons"}, {"labelled", true}});
  CHECK(moons->classes() == 2);
  weir::Rng rng(3, "draw", f64);
  const weir::Source::Drawn drawn = moons->draw(2000, rng);
  CHECK(drawn.x.equal(draw(*mixture({{"set", "two_moons"}}), 2000)));
  // Along the diagonal a point was only shifted: across it, the upper moon's y - x ends at sqrt 2, the lower one's begins at -1/2 - sqrt 2.
  const Tensor across = drawn.x.select(1, 1) / 3 - drawn.x.select(1, 0) / 3;
  const Tensor lower = drawn.label == 1;
  CHECK(number(across.masked_select(~lower).max()) == Approx(std::sqrt(2.0)).margin(1e-3));
  CHECK(number(across.masked_select(~lower).min()) >= -1 - 1e-9);
  CHECK(number(across.masked_select(lower).min()) == Approx(-0.5 - std::sqrt(2.0)).margin(1e-3));
  CHECK(number(across.masked_select(lower).max()) <= 0.5 + 1e-9);
}

TEST_CASE("The 25 Gaussians lie on a grid two apart with a standard deviation of 0.05", "[source][mixture]") {
  const std::int64_t n = 40000;
  const auto grid = mixture({{"set", "twenty_five_gaussians"}, {"labelled", true}});
  CHECK(grid->classes() == 25);
  weir::Rng rng(3, "draw", f64);
  const weir::Source::Drawn drawn = grid->draw(n, rng);
  const Tensor place = at::round(drawn.x / 2);  // a neighbour is 20 spreads from the border
  CHECK(number(place.abs().max()) == 2);
  CHECK(drawn.label.equal((5 * (place.select(1, 0) + 2) + place.select(1, 1) + 2).to(at::kLong)));
  // 25 equal shares; a share's standard error is sqrt(24/625 / n) = 0.001.
  for (int k = 0; k < 25; ++k)
    CHECK(number((drawn.label == k).to(at::kDouble).mean()) == Approx(0.04).margin(4 * 0.001));
  // Variance with the relative standard error sqrt(2 / (2 n)) over both coordinates.
  CHECK(number((drawn.x - 2 * place).square().mean()) == Approx(0.0025).epsilon(4 / std::sqrt(double(n))));
  const auto law = weir::facet<weir::MixtureLaw>(*grid);
  REQUIRE(law);
  CHECK(number(law->variance.max()) == Approx(0.0025));
  CHECK(law->mean.size(0) == 25);
}

TEST_CASE("The checkerboard is uniform on eight squares of side 1/0.45", "[source][mixture]") {
  const auto board = mixture({{"set", "checkerboard"}});
  const Tensor x = draw(*board, 8000);
  const Tensor cell = at::floor(x * 0.45);
  CHECK(number(cell.min()) == -2);
  CHECK(number(cell.max()) == 1);
  CHECK(at::remainder(cell.sum(1), 2).eq(0).all().item<bool>());
  const weir::LogDensity density = *weir::facet<weir::LogDensity>(*board);
  CHECK(density.at(x).allclose(at::full({8000}, std::log(0.45 * 0.45 / 8), f64)));  // 1 / 39.5
  const Tensor white = row_of({0.5, -0.5, 9, 0.5}).view({2, 2});
  CHECK(density.at(white).eq(-std::numeric_limits<double>::infinity()).all().item<bool>());
}

TEST_CASE("A mixture's log density is the logarithm of its weighted sum", "[source][mixture]") {
  const auto source = mixture({{"means", {{0.0}, {3.0}}}, {"weights", {3, 1}}, {"scale", 0.5}});
  const auto normal = [](double x, double m) {
    return std::exp(-(x - m) * (x - m) / 0.5) / (0.5 * std::sqrt(2 * std::numbers::pi));
  };
  const weir::LogDensity density = *weir::facet<weir::LogDensity>(*source);
  for (const double x : {-1.0, 0.2, 1.5, 3.3}) {
    CHECK(number(density.at(at::full({1, 1}, x, f64))) ==
          Approx(std::log(0.75 * normal(x, 0) + 0.25 * normal(x, 3))));
  }
}

TEST_CASE("Two moons have moments and no log density", "[source][mixture]") {
  const auto moons = mixture({{"set", "two_moons"}});
  CHECK_FALSE(weir::facet<weir::LogDensity>(*moons));
  CHECK(weir::facet<weir::Moments>(*moons));
}

TEST_CASE("A mixture says what is wrong with its parameters", "[source][mixture]") {
  const auto [params, message] = GENERATE(table<json, std::string>(
      {{json::object(), "a mixture needs set, means or components"},
       {{{"set", "two_moons"}, {"means", {{0, 0}}}},
        "set, means and components each say where the components lie"},
       {{{"components", 8}}, "drawn means need components and dim, and spread is of drawn means"},
       {{{"set", "two_moons"}, {"spread", 2}},
        "drawn means need components and dim, and spread is of drawn means"},
       {{{"set", "two_moons"}, {"scale", 2}}, "a named set has its own weights and spread"},
       {{{"means", {{0, 0}, {1, 1}}}, {"weights", {1, 2, 3}}}, "3 weights are given for 2 means"}}));
  const auto source = make<Source>("source/mixture", params);
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == message);
}

TEST_CASE("A mixture says its components, and the sets that have none say nothing", "[source][mixture]") {
  const auto source = mixture({{"means", {{1, 2}, {3, 4}, {5, 6}}}, {"weights", {1, 2, 1}}, {"scale", 0.5}});
  const auto law = weir::facet<weir::MixtureLaw>(*source);
  REQUIRE(law);
  CHECK(law->weight.equal(row_of({0.25, 0.5, 0.25})));
  CHECK(law->mean.equal(row_of({1, 2, 3, 4, 5, 6}).view({3, 2})));
  CHECK(law->variance.equal(at::full({3, 2}, 0.25, f64)));

  const auto eight = weir::facet<weir::MixtureLaw>(*mixture({{"set", "eight_gaussians"}}));
  REQUIRE(eight);
  CHECK(number(eight->variance.mean()) == Approx(std::sqrt(0.1)));
  CHECK_FALSE(weir::facet<weir::MixtureLaw>(*mixture({{"set", "two_moons"}})));
  CHECK_FALSE(weir::facet<weir::MixtureLaw>(*mixture({{"set", "checkerboard"}})));
}
