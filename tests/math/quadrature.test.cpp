// tests/math/quadrature.test.cpp -- integrals that are known, with poles on and beside the line.
#include <cmath>

#include <weir/math/numeric/quadrature.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using weir::quadrature;

TEST_CASE("A polynomial is integrated exactly, on the whole and halved", "[math][quadrature]") {
  const int halvings = GENERATE(0, 1, 3);
  const auto nodes = quadrature(-1, 3, {}, halvings);
  CHECK(nodes.t.size(0) == 20 << halvings);
  CHECK(nodes.weight.dot(nodes.t.pow(9)).item<double>() == Approx((std::pow(3, 10) - 1) / 10).epsilon(1e-13));
}

TEST_CASE("A pole beside the line costs no digits", "[math][quadrature]") {
  // int_0^1 s dt / ((t - 0.3)^2 + s^2) = atan(0.7 / s) + atan(0.3 / s)
  const double s = GENERATE(1.0, 1e-1, 1e-3, 1e-6);
  const auto nodes = quadrature(0, 1, {{0.3, s}, {0.3, -s}});
  const double found = (nodes.weight * s / ((nodes.t - 0.3).square() + s * s)).sum().item<double>();
  CHECK(found == Approx(std::atan(0.7 / s) + std::atan(0.3 / s)).epsilon(1e-12));
}

TEST_CASE("A pole at the end of the line ends the halving", "[math][quadrature]") {
  // int_0^1 dt / (2 sqrt t) = 1
  const auto nodes = quadrature(0, 1, {0.0});
  CHECK(nodes.t.size(0) == 20 * 49);
  CHECK((nodes.weight * 0.5 / nodes.t.sqrt()).sum().item<double>() == Approx(1).epsilon(1e-8));
}
