// tests/plugins/interpolant/polynomial.test.cpp -- powers of the time beside another implementation's numbers and the straight line.
#include <cmath>

#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("A polynomial path has the coefficients of flow_matching's PolynomialConvexScheduler",
          "[interpolant][polynomial]") {
  // flow_matching 1.0.10, torch 2.11, float64: s = PolynomialConvexScheduler(n)(torch.tensor([0.1, 0.5, 0.8]));
  // s.sigma_t, s.alpha_t, s.d_sigma_t, s.d_alpha_t
  CHECK(has_coefficients(*Along("interpolant/polynomial", {{"power", 3}}).path, {0.1, 0.5, 0.8},
                         {0.999, 0.875, 0.4879999999999999}, {0.001, 0.125, 0.5120000000000001},
                         {-0.03, -0.75, -1.9200000000000004}, {0.03, 0.75, 1.9200000000000004}));
  CHECK(has_coefficients(*Along("interpolant/polynomial", {{"power", 1.5}}).path, {0.1, 0.5, 0.8},
                         {0.9683772233983162, 0.6464466094067263, 0.2844582472000672},
                         {0.0316227766016838, 0.3535533905932738, 0.7155417527999328},
                         {-0.4743416490252569, -1.0606601717798214, -1.3416407864998738},
                         {0.4743416490252569, 1.0606601717798214, 1.3416407864998738}));
}

TEST_CASE("Of power 1 a polynomial path is the straight line", "[interpolant][polynomial]") {
  const Along power("interpolant/polynomial", {{"power", 1}}), line("interpolant/linear");
  const Tensor t = at::linspace(0, 1, 101, f64);
  CHECK(at::allclose(power.path->alpha(t), line.path->alpha(t), 1e-15, 1e-16));
  CHECK(power.path->beta(t).equal(line.path->beta(t)));
  CHECK(power.path->dbeta(t).equal(line.path->dbeta(t)));
  CHECK(power.path->dalpha(t).equal(line.path->dalpha(t)));
}

TEST_CASE("What is left of x0 keeps its digits next to the end", "[interpolant][polynomial]") {
  // 1 - (1 - h)^3 = 3 h - 3 h^2 + h^3, of which 1 - t^3 in float64 would keep four digits.
  const double h = 0x1p-40;
  const Tensor alpha = Along("interpolant/polynomial", {{"power", 3}}).path->alpha(row_of({1 - h}));
  CHECK(number(alpha) == Approx(3 * h - 3 * h * h).epsilon(1e-14));
}

TEST_CASE("A power below 1, with an infinite velocity at the start, is outside the limits",
          "[interpolant][polynomial]") {
  const weir::ParamSchema& power = *built_plugin("interpolant/polynomial").param("power");
  CHECK(power.minimum == std::optional(1.0));
}
