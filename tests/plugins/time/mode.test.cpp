// tests/plugins/time/mode.test.cpp -- warped uniform times beside roots and integrals from elsewhere.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("The density of warped times is the inverse slope at the root of the warp", "[time][mode]") {
  // scipy 1.17.1 and mpmath 1.3, s = 1.29: u = optimize.brentq(lambda u: f(u) - t, 0, 1), then 1 / abs(mpmath.diff(f, u)) with
  // f = lambda u: 1 - u - s * (cos(pi * u / 2)**2 - 1 + u)
  const Tensor p = make<weir::Time>("time/mode")->density(row_of({0.1, 0.25, 0.5, 0.8}));
  CHECK(at::allclose(
      p, row_of({0.5015493872844017, 0.6830076601394355, 3.7925801731986706, 0.6044249589515268}), 1e-12, 0));
  // At the ends the slope is 1 + s.
  CHECK(at::allclose(make<weir::Time>("time/mode", {{"scale", -0.5}})->density(row_of({0, 1})),
                     row_of({2, 2}), 1e-12, 0));
}

TEST_CASE("Warped times have the variance of their warp, and none leaves the unit interval", "[time][mode]") {
  const std::int64_t n = 40000;
  for (const std::uint64_t seed : {3, 4, 5}) {
    weir::Rng rng(seed, "t", f64);
    const Tensor off = make<weir::Time>("time/mode")->sample(n, rng) - 0.5;
    // scipy: integrate.quad(lambda u: (f(u) - 0.5)**2, 0, 1); four standard errors, as a square in [0, 1/4] has at most 1/8 / sqrt(n).
    CHECK(number(off.square().mean()) ==
          Approx(0.046395016137673314).margin(4 * 0.125 / std::sqrt(double(n))));
  }
  for (const double scale : {-0.999, 0.0, 1.75}) {
    weir::Rng rng(3, "t", f32);
    const Tensor t = make<weir::Time>("time/mode", {{"scale", scale}}, f32)->sample(n, rng);
    CHECK(((t >= 0) & (t <= 1)).all().item<bool>());
  }
  weir::Rng rng(3, "t", f64), same(3, "t", f64);
  CHECK(at::allclose(make<weir::Time>("time/mode", {{"scale", 0}})->sample(n, rng), 1 - same.uniform({n}), 0,
                     1e-15));
}

TEST_CASE("Warps that are not monotone are outside the limits", "[time][mode]") {
  const weir::ParamSchema& scale = *built_plugin("time/mode").param("scale");
  CHECK((scale.minimum == std::optional(-1.0) && scale.minimum_excluded));
  CHECK((*scale.maximum == Approx(1.7519).margin(1e-4) && scale.maximum_excluded));
}
