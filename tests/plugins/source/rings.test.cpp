// tests/plugins/source/rings.test.cpp -- concentric circles with noise.
#include <cmath>

#include <boost/math/distributions/non_central_chi_squared.hpp>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("Rings without noise are circles of the radius of their class", "[source][rings]") {
  const auto rings = ran_source("source/rings", {{"radii", {3, 1, 2}}, {"noise", 0}, {"labelled", true}});
  CHECK(rings->classes() == 3);
  const auto [x, label] = drawn_with_labels(*rings, 3000);
  CHECK(at::allclose(x.norm(2, {1}), row_of({3, 1, 2}).index_select(0, label), 0, 1e-12));
  // A third each, with the standard error sqrt(2/9 / n) = 0.0086.
  for (int k = 0; k < 3; ++k)
    CHECK(number((label == k).to(at::kDouble).mean()) == Approx(1.0 / 3).margin(4 * 0.0086));
  CHECK_FALSE(weir::facet<weir::LogDensity>(*rings));
}

TEST_CASE(
    "The distance from the centre has Rice's law in the plane, and a folded normal one along the radius",
    "[source][rings]") {
  const auto seed = GENERATE(1, 2, 3);
  const double s = 0.4;
  const json params{{"radii", {1}}, {"noise", s}};
  const Tensor plane = drawn_from(*ran_source("source/rings", params), 4000, seed).norm(2, {1});
  // (r / s)^2 is chi^2 of two degrees around (R / s)^2.
  const boost::math::non_central_chi_squared rice(2, 1 / (s * s));
  CHECK(kolmogorov((plane / s).square(), [&](double q) { return cdf(rice, q); }) < 2.2);
  json along = params;
  along["across"] = "radius";
  const Tensor x = drawn_from(*ran_source("source/rings", along), 4000, seed);
  CHECK(kolmogorov(x.norm(2, {1}),
                   [&](double r) { return normal_cdf((r - 1) / s) - normal_cdf((-r - 1) / s); }) < 2.2);
  CHECK(kolmogorov(at::atan2(x.select(1, 1), x.select(1, 0)), [](double a) { return a / (2 * M_PI) + 0.5; }) <
        2.2);
}

TEST_CASE("The density of rings is scipy's of Rice's law, or of the folded normal one", "[source][rings]") {
  // scipy 1.17.1: log(mean([stats.rice.pdf(r, R / .1, scale=.1) for R in (1, .5)]) / (2 pi r)); foldnorm with .3 for rice with .1
  const auto plane = ran_source("source/rings", {{"noise", 0.1}});
  const auto at_radius = [](const weir::Source& source, double r) {
    return log_density_at(source, {0.6 * r, -0.8 * r});
  };
  CHECK(at_radius(*plane, 0.05) == Approx(-9.36001538978517).epsilon(1e-12));
  CHECK(at_radius(*plane, 0.5) == Approx(-0.4491234276307265).epsilon(1e-12));
  CHECK(at_radius(*plane, 0.8) == Approx(-2.924240066594317).epsilon(1e-12));
  CHECK(at_radius(*plane, 1.2) == Approx(-3.237492420218507).epsilon(1e-12));
  const auto radius = ran_source("source/rings", {{"noise", 0.3}, {"across", "radius"}});
  CHECK(at_radius(*radius, 0.05) == Approx(0.09534539938898005).epsilon(1e-12));
  CHECK(at_radius(*radius, 0.5) == Approx(-1.327125075534215).epsilon(1e-12));
  CHECK(at_radius(*radius, 0.8) == Approx(-1.6811366945528274).epsilon(1e-12));
  CHECK(at_radius(*radius, 1.2) == Approx(-2.571643897709573).epsilon(1e-12));
}

TEST_CASE("sklearn's circles are rings of the radii 1 and factor", "[source][rings]") {
  const auto circles = ran_source("source/rings", {{"radii", {1, 0.5}}, {"noise", 0.2}, {"labelled", true}});
  const weir::Moments moments = *weir::facet<weir::Moments>(*circles);
  const auto [x, label] = drawn_with_labels(*circles, 40000);
  const Tensor square = x.square().sum(1);
  // scikit-learn 1.9.1: X, y = make_circles(4000000, noise=.2, factor=.5, random_state=1); mean and standard error of |x|^2, and of it
  // in each class. An error of the samples here is ten times as large.
  CHECK(number(moments.covariance.trace()) == Approx(0.705167).margin(4 * 0.000249));
  CHECK(number(square.masked_select(label == 0).mean()) == Approx(1.080239).margin(4 * 11 * 0.000288));
  CHECK(number(square.masked_select(label == 1).mean()) == Approx(0.330094).margin(4 * 11 * 0.000152));
}

TEST_CASE("Samples of rings have their moments", "[source][rings]") {
  const auto seed = GENERATE(1, 2, 3);
  CHECK(off_moments(*ran_source("source/rings", {{"noise", 0.3}}), seed) < 4);
  CHECK(off_moments(*ran_source("source/rings", {{"noise", 0.3}, {"across", "radius"}}), seed) < 4);
}

TEST_CASE("Rings need a radius", "[source][rings]") {
  CHECK(first_fault("source/rings", {{"radii", json::array()}}) == "rings need at least one radius");
  CHECK_FALSE(allows("source/rings", "radii", 0));
}
