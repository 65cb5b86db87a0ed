// tests/plugins/source/s_curve.test.cpp -- the S curve and the Swiss roll: sheets along a curve.
#include <cmath>
#include <numbers>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using std::numbers::pi;
using weir::Tensor;

TEST_CASE("Points of an S curve without noise lie on two circles, one above the other", "[source][s_curve]") {
  const auto sheet = ran_source("source/s_curve", nlohmann::json::object());
  CHECK(sheet->shape() == weir::Shape{3});
  const Tensor x = drawn_from(*sheet, 2000), side = x.select(1, 0), across = x.select(1, 1),
               up = x.select(1, 2);
  // Of t > 0 the circle has the centre (0, -1), of t < 0 (0, 1); the width is 2.
  const auto on = [&](double centre) { return (side.square() + (up - centre).square() - 1).abs() < 1e-12; };
  CHECK((on(-1) | on(1)).all().item<bool>());
  CHECK(number(across.min()) >= 0);
  CHECK(number(across.max()) < 2);
  CHECK(ran_source("source/s_curve", {{"plane", true}})->shape() == weir::Shape{2});
  CHECK(drawn_from(*ran_source("source/s_curve", {{"plane", true}}), 2000)
            .equal(x.index_select(1, at::tensor({0, 2}, at::kLong))));
}

TEST_CASE("The S curve is uniform along its length", "[source][s_curve]") {
  const auto seed = GENERATE(1, 2, 3);
  const Tensor x = drawn_from(*ran_source("source/s_curve", {{"plane", true}}), 4000, seed);
  // Back to t: |t| is the angle of (x, 1 - |z|), which ends at 3 pi / 2, with the sign of -z.
  const Tensor up = x.select(1, 1), sign = -up.sign();
  const Tensor angle = at::remainder(at::atan2(sign * x.select(1, 0), 1 - up.abs()), 2 * pi);
  CHECK(kolmogorov(angle * sign, [](double t) { return t / (3 * pi) + 0.5; }) < 2.2);
}

TEST_CASE("Moments of the S curve are their closed forms and those of sklearn's samples",
          "[source][s_curve]") {
  const auto moments = weir::facet<weir::Moments>(*ran_source("source/s_curve", {{"noise", 0.3}}));
  REQUIRE(moments);
  const double up = 1.5 + 4 / (3 * pi), cross = -1 / (3 * pi), blur = 0.09;
  CHECK(at::allclose(moments->mean, row_of({0, 1, 0}), 0, 1e-13));
  const Tensor closed =
      row_of({0.5 + blur, 0, cross, 0, 1.0 / 3 + blur, 0, cross, 0, up + blur}).view({3, 3});
  CHECK(at::allclose(moments->covariance, closed, 1e-13, 1e-13));
  // scikit-learn 1.9.1: X = make_s_curve(4000000, noise=.3, random_state=1)[0]; mean and standard error of x^2, x z, y^2, z^2.
  const Tensor second = moments->covariance + at::outer(moments->mean, moments->mean);
  CHECK(number(second[0][0]) == Approx(0.589926).margin(4 * 0.000283));
  CHECK(number(second[0][2]) == Approx(-0.106172).margin(4 * 0.000495));
  CHECK(number(second[1][1]) == Approx(1.424587).margin(4 * 0.000693));
  CHECK(number(second[2][2]) == Approx(2.015930).margin(4 * 0.000836));
}

TEST_CASE("Samples of sheets have their moments", "[source][s_curve][swiss_roll]") {
  const auto seed = GENERATE(1, 2, 3);
  CHECK(off_moments(*ran_source("source/s_curve", {{"noise", 0.2}}), seed) < 4);
  CHECK(off_moments(*ran_source("source/s_curve", {{"plane", true}}), seed) < 4);
  CHECK(off_moments(*ran_source("source/swiss_roll", {{"noise", 0.5}}), seed) < 4);
  CHECK(off_moments(*ran_source("source/swiss_roll", {{"plane", true}, {"start", 3}}), seed) < 4);
}

// The numbers of the next two cases are of scipy 1.17.1: with N = stats.norm.pdf, the logarithm of the sum of
//   quad(lambda t: N(x, sin(t), .1) * N(z, sign(t) * (cos(t) - 1), .1), a, b, epsabs=1e-14, epsrel=1e-12) / (3 pi)
// over 60 equal parts of the range of t, and across the width times quad(lambda u: N(y, 2 * u, .1), 0, 1); of the roll accordingly.
TEST_CASE("The density of a noisy S curve is scipy's integral", "[source][s_curve]") {
  const auto plane = ran_source("source/s_curve", {{"noise", 0.1}, {"plane", true}});
  CHECK(log_density_at(*plane, {0, 0}) == Approx(-0.8584392985868344).epsilon(1e-9));
  CHECK(log_density_at(*plane, {0.9, -1.1}) == Approx(-1.254843393422513).epsilon(1e-9));
  CHECK(log_density_at(*plane, {-0.5, 0.3}) == Approx(-1.7597050256611633).epsilon(1e-9));
  CHECK(log_density_at(*plane, {1.3, -2.2}) == Approx(-30.726185185884265).epsilon(1e-3));  // 7 noises away
  const auto sheet = ran_source("source/s_curve", {{"noise", 0.1}});
  CHECK(log_density_at(*sheet, {0, 1, 0}) == Approx(-1.5515864791467795).epsilon(1e-9));
  CHECK(log_density_at(*sheet, {0.9, -0.2, -1.1}) == Approx(-5.73117490766449).epsilon(1e-9));
  CHECK(log_density_at(*sheet, {-0.5, 2.5, 0.3}) == Approx(-17.517850600209833).epsilon(1e-9));
}

TEST_CASE("The density of a noisy Swiss roll is scipy's integral", "[source][swiss_roll]") {
  const auto plane = ran_source("source/swiss_roll", {{"noise", 0.25}, {"plane", true}});
  CHECK(log_density_at(*plane, {-9, 0.5}) == Approx(-4.997853783656359).epsilon(1e-9));
  CHECK(log_density_at(*plane, {13.9, 1}) == Approx(-17.762133660037108).epsilon(1e-6));  // 5 noises away
}

TEST_CASE("Without noise a sheet has no density", "[source][s_curve][swiss_roll]") {
  CHECK_FALSE(weir::facet<weir::LogDensity>(*ran_source("source/s_curve", {{"noise", 0}})));
  CHECK_FALSE(weir::facet<weir::LogDensity>(*ran_source("source/swiss_roll", {{"noise", 1e-6}})));
  CHECK_FALSE(allows("source/s_curve", "noise", -0.1));
  CHECK_FALSE(allows("source/swiss_roll", "start", 0));
}

TEST_CASE("Points of a Swiss roll without noise lie on a spiral, at uniform radii", "[source][swiss_roll]") {
  const auto seed = GENERATE(1, 2, 3);
  const Tensor x = drawn_from(*ran_source("source/swiss_roll", nlohmann::json::object()), 3000, seed);
  const Tensor side = x.select(1, 0), up = x.select(1, 2), t = at::hypot(side, up);
  CHECK(at::allclose(side, t * t.cos(), 0, 1e-12));
  CHECK(at::allclose(up, t * t.sin(), 0, 1e-12));
  CHECK(kolmogorov(t, [](double r) { return r / (3 * pi) - 0.5; }) < 2.2);  // from 3 pi / 2 to 9 pi / 2
  CHECK(kolmogorov(x.select(1, 1), [](double y) { return y / 21; }) < 2.2);
}

TEST_CASE("Moments of the Swiss roll are those of its antiderivatives and of sklearn's samples",
          "[source][swiss_roll]") {
  const auto moments = weir::facet<weir::Moments>(*ran_source("source/swiss_roll", {{"noise", 0.5}}));
  REQUIRE(moments);
  const double a = 1.5 * pi, b = 4.5 * pi;
  const auto over = [&](const auto& antiderivative) {
    return (antiderivative(b) - antiderivative(a)) / (b - a);
  };
  const double first = over([](double t) { return std::cos(t) + t * std::sin(t); }),
               second = over([](double t) { return std::sin(t) - t * std::cos(t); });
  CHECK(at::allclose(moments->mean, row_of({first, 10.5, second}), 1e-12, 1e-12));
  const auto wave = [](double t) { return (t * t / 4 - 0.125) * std::sin(2 * t) + t * std::cos(2 * t) / 4; };
  const double xx = over([&](double t) { return t * t * t / 6 + wave(t); }),
               zz = over([&](double t) { return t * t * t / 6 - wave(t); }),
               xz = over([](double t) {
                 return -t * t * std::cos(2 * t) / 4 + t * std::sin(2 * t) / 4 + std::cos(2 * t) / 8;
               });
  CHECK(number(moments->covariance[0][0]) == Approx(xx - first * first + 0.25).epsilon(1e-12));
  CHECK(number(moments->covariance[2][2]) == Approx(zz - second * second + 0.25).epsilon(1e-12));
  CHECK(number(moments->covariance[0][2]) == Approx(xz - first * second).epsilon(1e-12));
  CHECK(number(moments->covariance[1][1]) == Approx(21.0 * 21 / 12 + 0.25).epsilon(1e-12));
  // scikit-learn 1.9.1: X = make_swiss_roll(4000000, noise=.5, random_state=1)[0]; mean and standard error of x, y, z, x^2, y^2, z^2.
  CHECK(first == Approx(2.003142).margin(4 * 0.003321));
  CHECK(number(moments->mean[1]) == Approx(10.502692).margin(4 * 0.003042));
  CHECK(second == Approx(0.208675).margin(4 * 0.003484));
  CHECK(xx + 0.25 == Approx(48.118076).margin(4 * 0.022901));
  CHECK(zz + 0.25 == Approx(48.589400).margin(4 * 0.024166));
  CHECK(number(moments->covariance[1][1]) + 10.5 * 10.5 == Approx(147.333079).margin(4 * 0.066055));
}
