// tests/plugins/noise/sinesquared.test.cpp -- the squared sine beside the cosine of the double angle.
#include <numbers>

#include <weir/kinds/flow/noise.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using std::numbers::pi;
using weir::Noise;
using weir::Tensor;

TEST_CASE("Squared sine noise is half of one minus the cosine of the double angle", "[noise][sinesquared]") {
  const auto noise = make<Noise>("noise/sinesquared", {{"sigma", 0.3}});
  const Tensor t = at::linspace(0, 1, 101, f64);
  CHECK(at::allclose(noise->gamma(t), 0.15 * (1 - (2 * pi * t).cos()), 0, 1e-15));
  CHECK(at::allclose(noise->dgamma(t), 0.3 * pi * (2 * pi * t).sin(), 0, 1e-15));
}

TEST_CASE("Squared sine noise is zero and level at both ends, to the bit", "[noise][sinesquared]") {
  const auto noise = make<Noise>("noise/sinesquared", {{"sigma", 0.3}});
  for (const at::TensorOptions& options : {f32, f64}) {
    const Tensor ends = row_of({0, 1}).to(options);
    CHECK(noise->gamma(ends).equal(at::zeros_like(ends)));
    CHECK(at::equal(noise->dgamma(ends).abs(), at::zeros_like(ends)));
  }
  CHECK(make<Noise>("noise/sinesquared", {{"sigma", 0.0}})->zero());
}

TEST_CASE("A negative size of squared sine noise is outside the limits", "[noise][sinesquared]") {
  CHECK(built_plugin("noise/sinesquared").param("sigma")->minimum == std::optional(0.0));
}
