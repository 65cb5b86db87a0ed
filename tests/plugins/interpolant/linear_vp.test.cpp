// tests/plugins/interpolant/linear_vp.test.cpp -- the root of 1 - t^2 beside another implementation's numbers and the circle.
#include <cmath>

#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("A linear variance-preserving path has the coefficients of flow_matching's LinearVPScheduler",
          "[interpolant][linear_vp]") {
  // flow_matching 1.0.10, torch 2.11, float64: s = LinearVPScheduler()(torch.tensor([0.1, 0.5, 0.8]));
  // s.sigma_t, s.alpha_t, s.d_sigma_t, s.d_alpha_t
  CHECK(has_coefficients(*Along("interpolant/linear_vp").path, {0.1, 0.5, 0.8},
                         {0.99498743710662, 0.8660254037844386, 0.6}, {0.1, 0.5, 0.8},
                         {-0.10050378152592121, -0.5773502691896258, -4.0 / 3}, {1, 1, 1}));
}

TEST_CASE("A linear variance-preserving path keeps the variance and reaches both points to the bit",
          "[interpolant][linear_vp]") {
  const Along along("interpolant/linear_vp");
  CHECK(preserves_variance(*along.path));
  CHECK(signal_grows(*along.path));
  CHECK(along.path->alpha(row_of({0, 1})).equal(row_of({1, 0})));
  CHECK(std::isinf(number(along.path->dalpha(row_of({1})))));
}
