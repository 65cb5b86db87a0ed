// tests/plugins/source/student_t.test.cpp -- Student's t in several dimensions.
#include <cmath>

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("A coordinate of Student's t has that law, and lengths have Fisher's", "[source][student_t]") {
  const auto seed = GENERATE(1, 2, 3);
  const double nu = GENERATE(0.7, 3.0, 40.0);
  INFO(seed << " " << nu);
  const Tensor x =
      drawn_from(*ran_source("source/student_t", {{"dim", 3}, {"nu", nu}, {"scale", 2}}), 4000, seed);
  const boost::math::students_t t(nu);
  CHECK(kolmogorov(x.select(1, 1) / 2, [&](double value) { return cdf(t, value); }) < 2.2);
  // |x|^2 / (scale^2 D), a mean of squares over a mean of squares: one g for all coordinates.
  const boost::math::fisher_f f(3, nu);
  CHECK(kolmogorov((x / 2).square().mean(1), [&](double value) { return cdf(f, value); }) < 2.2);
}

TEST_CASE("The density of Student's t is scipy's", "[source][student_t]") {
  const auto three = ran_source("source/student_t", {{"dim", 3}, {"nu", 3}, {"scale", 2}});
  // scipy 1.17.1: stats.multivariate_t.logpdf(x, shape=4 * eye(3), df=3); stats.t.logpdf(x, .7)
  CHECK(log_density_at(*three, {0, 0, 0}) == Approx(-4.63052538526091).epsilon(1e-13));
  CHECK(log_density_at(*three, {1, -2, 3}) == Approx(-6.950095049961355).epsilon(1e-13));
  CHECK(log_density_at(*three, {40, 0, -7}) == Approx(-19.421330764736794).epsilon(1e-13));
  const auto one = ran_source("source/student_t", {{"dim", 1}, {"nu", 0.7}});
  CHECK(log_density_at(*one, {0}) == Approx(-1.2220135816234485).epsilon(1e-13));
  CHECK(log_density_at(*one, {1}) == Approx(-1.976221297374216).epsilon(1e-13));
  CHECK(log_density_at(*one, {1000}) == Approx(-13.268371853240795).epsilon(1e-13));
}

TEST_CASE("Student's t has moments above two degrees of freedom alone", "[source][student_t]") {
  const auto light = ran_source("source/student_t", {{"dim", 2}, {"nu", 9}, {"scale", 0.5}});
  CHECK(number(weir::facet<weir::Moments>(*light)->covariance[0][0]) == Approx(0.25 * 9 / 7));
  for (const int seed : {1, 2, 3}) CHECK(off_moments(*light, seed) < 4);
  CHECK_FALSE(weir::facet<weir::Moments>(*ran_source("source/student_t", {{"dim", 2}, {"nu", 2}})));
  CHECK(weir::facet<weir::Moments>(*ran_source("source/student_t", {{"dim", 2}, {"nu", 2.1}})));
}

TEST_CASE("Student's t without a variance is refused by what needs one, before the run",
          "[source][student_t]") {
  const auto heavy = ran_source("source/student_t", {{"dim", 2}, {"nu", 2}});
  const auto metric = make("metric/normal_error");
  bind(*metric, "target", *heavy);
  const weir::Faults faults = plan(*metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "target needs moments, and what it is given has none as it is set");
}

TEST_CASE("Student's t is the same in both precisions, and its first points are however many follow",
          "[source][student_t]") {
  const json params{{"dim", 2}, {"nu", 1}};
  const Tensor x = drawn_from(*ran_source("source/student_t", params), 50);
  const Tensor narrow = drawn_from(*ran_source("source/student_t", params, f32), 50, 3, f32);
  CHECK(at::allclose(narrow.to(at::kDouble), x, 1e-5, 1e-6));
  CHECK(drawn_from(*ran_source("source/student_t", params), 20).equal(x.slice(0, 0, 20)));
}

TEST_CASE("Student's t refuses no degrees of freedom", "[source][student_t]") {
  CHECK_FALSE(allows("source/student_t", "nu", 0));
}
