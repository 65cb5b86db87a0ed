// tests/plugins/interpolant/variance_preserving.test.cpp -- the diffusion's path beside another implementation's numbers and its rate.
#include <cmath>

#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/math/numeric/quadrature.hpp>

#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("A variance-preserving path has the coefficients of flow_matching's VPScheduler",
          "[interpolant][variance_preserving]") {
  // flow_matching 1.0.10, torch 2.11, float64: s = VPScheduler(beta_min=..., beta_max=...)(torch.tensor([0., 0.1, 0.5, 0.8]));
  // s.sigma_t, s.alpha_t, s.d_sigma_t, s.d_alpha_t
  CHECK(has_coefficients(*Along("interpolant/variance_preserving").path, {0.1, 0.5, 0.8},
                         {0.9998555496853503, 0.9596542020680363, 0.584497879872265},
                         {0.016996463261689278, 0.2811828807967524, 0.8113952356434115},
                         {-0.002601738091356542, -0.41399876822397896, -2.2977995168778995},
                         {0.15305315167151196, 1.4129439760036806, 1.6552462807125587}));
  CHECK(has_coefficients(*Along("interpolant/variance_preserving", {{"beta_min", 0.5}, {"beta_max", 4}}).path,
                         {0, 0.1, 0.5, 0.8},
                         {0.9458333761493806, 0.9195055992174669, 0.7051017104142203, 0.39539244226921727},
                         {0.32465246735834974, 0.39307690469897505, 0.7091061824373984, 0.9185122844014574},
                         {-0.2228705969141399, -0.3066645292634185, -0.8022750716134129, -1.2802442228098185},
                         {0.6493049347166995, 0.7173653510756295, 0.7977444552420733, 0.5511073706408743}));
}

TEST_CASE("The logarithm of the data's share is minus half the integral of the rate",
          "[interpolant][variance_preserving]") {
  const double least = 0.3, most = 7;
  const Along along("interpolant/variance_preserving", {{"beta_min", least}, {"beta_max", most}});
  for (const double t : {0.0, 0.2, 0.7, 0.99}) {
    const weir::Quadrature s = weir::quadrature(0, 1 - t, {});
    const double whole = number(s.weight.dot(least + (most - least) * s.t));
    CHECK(number(along.path->beta(row_of({t})).log()) == Approx(-whole / 2).epsilon(1e-13));
  }
  CHECK(preserves_variance(*along.path));
  CHECK(signal_grows(*along.path));
}

TEST_CASE("A variance-preserving path says where it begins, and ends at x1",
          "[interpolant][variance_preserving]") {
  const auto ends = weir::facet<weir::InexactEnds>(*Along("interpolant/variance_preserving").path);
  REQUIRE(ends);
  // flow_matching 1.0.10, as above, at t = 0
  CHECK(ends->alpha0 == Approx(0.9999784068923386).epsilon(1e-14));
  CHECK(ends->beta0 == Approx(0.006571586494929619).epsilon(1e-14));
  CHECK(ends->alpha1 == 0);
  CHECK(ends->beta1 == 1);
  CHECK_FALSE(weir::facet<weir::InexactEnds>(*Along("interpolant/linear").path));
}

TEST_CASE("A diffusion without a rate at the data is outside the limits",
          "[interpolant][variance_preserving]") {
  const weir::ParamSchema& least = *built_plugin("interpolant/variance_preserving").param("beta_min");
  CHECK(least.minimum == std::optional(0.0));
  CHECK(least.minimum_excluded);
}
