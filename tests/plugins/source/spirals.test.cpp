// tests/plugins/source/spirals.test.cpp -- arms of a spiral.
#include <cmath>
#include <numbers>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using std::numbers::pi;
using weir::Tensor;

TEST_CASE("Points of spirals without noise lie on the arm of their class, at the radius of a root",
          "[source][spirals]") {
  const auto seed = GENERATE(1, 2, 3);
  const auto spirals =
      ran_source("source/spirals",
                 {{"arms", 3}, {"angle", 400}, {"shift", 0}, {"scale", 2}, {"noise", 0}, {"labelled", true}});
  CHECK(spirals->classes() == 3);
  const auto [x, label] = drawn_with_labels(*spirals, 3000, seed);
  const Tensor n = x.norm(2, {1}) / 2;
  // (-cos n, sin n) has the angle pi - n.
  const Tensor angle = pi - n + label.to(at::kDouble) * (2 * pi / 3);
  CHECK(at::allclose(x, 2 * n.unsqueeze(1) * at::stack({angle.cos(), angle.sin()}, 1), 0, 1e-12));
  const double longest = 400 * pi / 180;
  CHECK(kolmogorov(n, [&](double r) { return r * r / (longest * longest); }) < 2.2);
}

TEST_CASE("Two spirals have the moments of ffjord's", "[source][spirals]") {
  const auto spirals = ran_source("source/spirals", json::object());
  const auto moments = weir::facet<weir::Moments>(*spirals);
  REQUIRE(moments);
  CHECK(number(moments->mean.abs().max()) < 1e-14);
  // ffjord 994864a: np.random.seed(1); X = toy_data.inf_train_gen("2spirals", RandomState(1), 4000000); mean and standard error of
  // x^2, x y, y^2. Its second half is minus the first but for the noise, so that the errors are larger by sqrt 2.
  const double root = std::sqrt(2.0);
  CHECK(number(moments->covariance[0][0]) == Approx(2.590428).margin(4 * root * 0.001399));
  CHECK(number(moments->covariance[0][1]) == Approx(0.585422).margin(4 * root * 0.001020));
  CHECK(number(moments->covariance[1][1]) == Approx(2.511251).margin(4 * root * 0.001243));
}

TEST_CASE("Samples of spirals have their moments, of one arm and of many", "[source][spirals]") {
  const auto seed = GENERATE(1, 2, 3);
  CHECK(off_moments(*ran_source("source/spirals", json::object()), seed) < 4);
  CHECK(off_moments(*ran_source("source/spirals", {{"arms", 1}, {"angle", 200}}), seed) < 4);
  CHECK(off_moments(*ran_source("source/spirals", {{"arms", 5}, {"shift", 2}, {"noise", 0.4}}), seed) < 4);
}

TEST_CASE("The density of noisy spirals is scipy's integral", "[source][spirals]") {
  const auto spirals = ran_source(
      "source/spirals", {{"arms", 3}, {"angle", 400}, {"shift", 0}, {"scale", 0.5}, {"noise", 0.2}});
  // scipy 1.17.1, with N = stats.norm.pdf, T = 400 pi / 180, c, s = cos, sin of 2 pi j / 3: the logarithm of the sum over j and 60 equal
  // parts of (0, T) of quad(lambda n: 2 * n / T**2 * N(x, .5 * n * (-c * cos(n) - s * sin(n)), .2)
  //                                   * N(y, .5 * n * (-s * cos(n) + c * sin(n)), .2), ..., epsabs=1e-14) / 3
  CHECK(log_density_at(*spirals, {0, 0}) == Approx(-3.644910688863853).epsilon(1e-9));
  CHECK(log_density_at(*spirals, {1.2, -0.4}) == Approx(-5.022430975094158).epsilon(1e-9));
  CHECK(log_density_at(*spirals, {-2.5, 1.5}) == Approx(-5.489027569934408).epsilon(1e-8));
  CHECK(log_density_at(*spirals, {3.4, 0.1}) == Approx(-10.805244770408235).epsilon(1e-6));
  CHECK_FALSE(weir::facet<weir::LogDensity>(*ran_source("source/spirals", json::object())));  // shifted
}

TEST_CASE("Spirals refuse no arms", "[source][spirals]") {
  CHECK_FALSE(allows("source/spirals", "arms", 0));
  CHECK_FALSE(allows("source/spirals", "scale", 0));
}
