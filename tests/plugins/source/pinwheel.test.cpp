// tests/plugins/source/pinwheel.test.cpp -- twisted arms.
#include <cmath>
#include <numbers>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using std::numbers::pi;
using weir::Tensor;

TEST_CASE("Turned back, the arms of a pinwheel are normal blobs", "[source][pinwheel]") {
  const auto seed = GENERATE(1, 2, 3);
  // Thin arms: |x| is f_1 / 2 to the square of the width, from which the angle of the turn is known.
  const auto pinwheel = ran_source("source/pinwheel", {{"arms", 4},
                                                       {"radial", 0.2},
                                                       {"tangential", 1e-6},
                                                       {"rate", 0.7},
                                                       {"scale", 0.5},
                                                       {"labelled", true}});
  CHECK(pinwheel->classes() == 4);
  const auto [x, label] = drawn_with_labels(*pinwheel, 3000, seed);
  const Tensor along = 2 * x.norm(2, {1});
  CHECK(kolmogorov(along, [](double f) { return normal_cdf((f - 1) / 0.2); }) < 2.2);
  const Tensor back =
      at::atan2(x.select(1, 1), x.select(1, 0)) + label.to(at::kDouble) * (pi / 2) + 0.7 * along.exp();
  CHECK(number((along * back.sin()).abs().max()) < 1e-5);  // the width, to five standard deviations
  CHECK(number(back.cos().min()) > 0.9);
}

TEST_CASE("A pinwheel has the angles of ffjord's", "[source][pinwheel]") {
  const Tensor x = drawn_from(*ran_source("source/pinwheel", json::object()), 100000);
  const Tensor angle = 5 * at::atan2(x.select(1, 1), x.select(1, 0)), r = x.norm(2, {1});
  // ffjord 994864a: X = toy_data.inf_train_gen("pinwheel", RandomState(1), 4000000), with a and r angle and length of a row: mean and
  // standard error of cos 5a, sin 5a, r^2, r^4, r cos 5a. An error of 100000 points is sqrt 40 times as large; 4 of both together.
  const double errors = 4 * std::sqrt(41.0);
  CHECK(number(angle.cos().mean()) == Approx(-0.481665).margin(errors * 0.000283));
  CHECK(number(angle.sin().mean()) == Approx(0.178843).margin(errors * 0.000322));
  CHECK(number(r.square().mean()) == Approx(4.399799).margin(errors * 0.001227));
  CHECK(number(r.pow(4).mean()) == Approx(25.383751).margin(errors * 0.014167));
  CHECK(number((r * angle.cos()).mean()) == Approx(-0.824774).margin(errors * 0.000627));
}

TEST_CASE("A pinwheel of three arms or more has moments by its symmetry", "[source][pinwheel]") {
  const auto seed = GENERATE(1, 2, 3);
  CHECK(off_moments(*ran_source("source/pinwheel", json::object()), seed) < 4);
  CHECK(off_moments(*ran_source("source/pinwheel", {{"arms", 3}, {"tangential", 0.5}}), seed) < 4);
  CHECK_FALSE(weir::facet<weir::Moments>(*ran_source("source/pinwheel", {{"arms", 2}})));
  CHECK_FALSE(weir::facet<weir::LogDensity>(*ran_source("source/pinwheel", json::object())));
}

TEST_CASE("A pinwheel refuses a spread below 0", "[source][pinwheel]") {
  CHECK_FALSE(allows("source/pinwheel", "radial", -0.3));
  CHECK_FALSE(allows("source/pinwheel", "arms", 0));
}
