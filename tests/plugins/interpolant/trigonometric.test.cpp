// tests/plugins/interpolant/trigonometric.test.cpp -- arcs beside another implementation's numbers and the circle.
#include <numbers>

#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("A trigonometric path has the coefficients of flow_matching's CosineScheduler",
          "[interpolant][trigonometric]") {
  // flow_matching 1.0.10, torch 2.11, float64: s = CosineScheduler()(torch.tensor([0.1, 0.5, 0.8]));
  // s.sigma_t, s.alpha_t, s.d_sigma_t, s.d_alpha_t
  CHECK(has_coefficients(*Along("interpolant/trigonometric").path, {0.1, 0.5, 0.8},
                         {0.9876883405951378, 0.7071067811865476, 0.30901699437494745},
                         {0.15643446504023087, 0.7071067811865475, 0.9510565162951535},
                         {-0.2457266830693193, -1.1107207345395915, -1.4939160823707778},
                         {1.5514572174249892, 1.1107207345395915, 0.48540275968136665}));
}

TEST_CASE("A trigonometric path runs on a circle, from x0 to x1 to the bit", "[interpolant][trigonometric]") {
  const Along along("interpolant/trigonometric");
  CHECK(preserves_variance(*along.path));
  CHECK(signal_grows(*along.path));
  const Tensor ends = row_of({0, 1});
  CHECK(along.path->alpha(ends).equal(row_of({1, 0})));
  CHECK(along.path->beta(ends).equal(row_of({0, 1})));
  // Its angular speed is constant.
  const Tensor t = at::linspace(0, 1, 11, f64);
  const Tensor speed = (along.path->dalpha(t).square() + along.path->dbeta(t).square()).sqrt();
  CHECK(at::allclose(speed, at::full({11}, std::numbers::pi / 2, f64), 1e-15, 0));
}
