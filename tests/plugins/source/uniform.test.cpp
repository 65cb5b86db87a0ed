// tests/plugins/source/uniform.test.cpp -- the uniform law on a box.
#include <cmath>
#include <limits>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("Coordinates of a box are uniform between their bounds", "[source][uniform]") {
  const auto seed = GENERATE(1, 2, 3);
  const auto box = ran_source("source/uniform", {{"low", {-1, 5}}, {"high", {1, 5.5}}});
  CHECK(box->shape() == weir::Shape{2});
  const Tensor x = drawn_from(*box, 4000, seed);
  CHECK(kolmogorov(x.select(1, 0), [](double v) { return (v + 1) / 2; }) < 2.2);
  CHECK(kolmogorov(x.select(1, 1), [](double v) { return (v - 5) / 0.5; }) < 2.2);
  CHECK(off_moments(*box, seed) < 4);
}

TEST_CASE("The density of a box is one over its volume, and 0 outside", "[source][uniform]") {
  const auto box = ran_source("source/uniform", {{"low", {-1, 5}}, {"high", {1, 5.5}}});
  CHECK(log_density_at(*box, {0.9, 5.1}) == 0);  // a volume of 1
  CHECK(log_density_at(*box, {1, 5}) == 0);
  CHECK(log_density_at(*box, {1.1, 5.1}) == -std::numeric_limits<double>::infinity());
  CHECK(log_density_at(*box, {0, 4.9}) == -std::numeric_limits<double>::infinity());
  CHECK(log_density_at(*ran_source("source/uniform", {{"dim", 3}, {"high", {4}}}), {1, 2, 3}) ==
        Approx(-3 * std::log(4.0)));
}

TEST_CASE("In float32 points stay within the box", "[source][uniform]") {
  const auto box = ran_source("source/uniform", {{"dim", 2}, {"low", {0.1}}, {"high", {0.3}}}, f32);
  const Tensor x = drawn_from(*box, 200000, 3, f32);
  const weir::LogDensity density = *weir::facet<weir::LogDensity>(*box);
  CHECK(at::isfinite(density.at(x)).all().item<bool>());
}

TEST_CASE("A box says what is wrong with its bounds", "[source][uniform]") {
  CHECK(first_fault("source/uniform", {{"dim", 2}, {"low", {0, 0, 0}}}) ==
        "low has 3 numbers, but an item has 2 coordinates");
  CHECK(first_fault("source/uniform", {{"low", {0, 1}}, {"high", {1, 1}}}) ==
        "high must be above low, and coordinate 1 has 1 and 1");
  CHECK(first_fault("source/uniform", {{"dim", 3}}) == "none");
}
