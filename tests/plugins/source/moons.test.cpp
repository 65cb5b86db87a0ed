// tests/plugins/source/moons.test.cpp -- sklearn's two moons.
#include <cmath>
#include <numbers>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using std::numbers::pi;
using weir::Tensor;

TEST_CASE("Points of moons without noise lie on the half circle of their class", "[source][moons]") {
  const auto moons = ran_source("source/moons", {{"noise", 0}, {"labelled", true}});
  CHECK(moons->classes() == 2);
  const auto [x, label] = drawn_with_labels(*moons, 2000);
  const Tensor side = x.select(1, 0), up = x.select(1, 1), lower = label == 1;
  const Tensor off = at::hypot(side - lower.to(at::kDouble), up - 0.5 * lower.to(at::kDouble)) - 1;
  CHECK(number(off.abs().max()) < 1e-12);
  CHECK((up.masked_select(~lower) >= 0).all().item<bool>());
  CHECK((up.masked_select(lower) <= 0.5).all().item<bool>());
  CHECK(number(lower.to(at::kDouble).mean()) == Approx(0.5).margin(4 * 0.5 / std::sqrt(2000)));
  const auto plain = ran_source("source/moons", {{"noise", 0}});
  CHECK_FALSE(plain->classes());
  CHECK(drawn_from(*plain, 2000).equal(x));
}

TEST_CASE("Moments of moons are closed forms, those of sklearn's samples and of their own",
          "[source][moons]") {
  const auto moons = ran_source("source/moons", {{"noise", 0.3}});
  const auto moments = weir::facet<weir::Moments>(*moons);
  REQUIRE(moments);
  CHECK(at::allclose(moments->mean, row_of({0.5, 0.25}), 1e-13, 0));
  const Tensor closed = row_of({0.75, 0.125 - 1 / pi, 0.125 - 1 / pi, 0.5625 - 1 / pi}).view({2, 2});
  CHECK(at::allclose(moments->covariance, closed + 0.09 * at::eye(2, f64), 1e-12, 0));
  // scikit-learn 1.9.1: X = make_moons(4000000, noise=.3, random_state=1)[0]; mean and standard error of x^2, x y, y^2.
  const Tensor second = moments->covariance + at::outer(moments->mean, moments->mean);
  CHECK(number(second[0][0]) == Approx(1.089808).margin(4 * 0.000662));
  CHECK(number(second[0][1]) == Approx(-0.068286).margin(4 * 0.000255));
  CHECK(number(second[1][1]) == Approx(0.396693).margin(4 * 0.000240));
  for (const int seed : {1, 2, 3}) CHECK(off_moments(*moons, seed) < 4);
}

TEST_CASE("The density of noisy moons is scipy's integral", "[source][moons]") {
  const auto moons = ran_source("source/moons", {{"noise", 0.1}});
  // scipy 1.17.1, with N = stats.norm.pdf: the logarithm of the sum over 60 equal parts of (0, pi) of
  //   quad(lambda a: N(x, cos(a), .1) * N(y, sin(a), .1) + N(x, 1 - cos(a), .1) * N(y, .5 - sin(a), .1), ..., epsabs=1e-14) / (2 pi)
  CHECK(log_density_at(*moons, {0, 1}) == Approx(-0.45297390409897903).epsilon(1e-9));
  CHECK(log_density_at(*moons, {1, 0.4}) == Approx(-0.7869175186779658).epsilon(1e-9));
  CHECK(log_density_at(*moons, {0.5, 0.25}) == Approx(-9.191644195953055).epsilon(1e-8));
  CHECK(log_density_at(*moons, {2.1, 0.6}) == Approx(-2.8170365791476932).epsilon(1e-9));
  CHECK_FALSE(weir::facet<weir::LogDensity>(*ran_source("source/moons", {{"noise", 0}})));
}

TEST_CASE("The density of moons is the same for one point and for many, and in float32", "[source][moons]") {
  const auto moons = ran_source("source/moons", nlohmann::json::object());
  const auto density = weir::facet<weir::LogDensity>(*moons);
  const Tensor x = drawn_from(*moons, 15000), all = density->at(x);  // more than a block of rows
  const Tensor some = at::cat({density->at(x.slice(0, 0, 1)), density->at(x.slice(0, 14990))});
  CHECK(at::allclose(at::cat({all.slice(0, 0, 1), all.slice(0, 14990)}), some, 1e-12, 1e-12));
  const Tensor narrow = density->at(x.to(at::kFloat));
  CHECK(narrow.scalar_type() == at::kFloat);
  // float32 points move by 6e-8, where the density changes by at most some ten noises' share, 1e2, to each unit of length.
  CHECK(at::allclose(narrow.to(at::kDouble), all, 0, 2e-5));
}

TEST_CASE("Moons refuse a noise below 0", "[source][moons]") {
  CHECK_FALSE(allows("source/moons", "noise", -1));
  CHECK(allows("source/moons", "noise", 0));
}
