// tests/plugins/noise/bsquared.test.cpp -- the squared bridge beside the bridge.
#include <weir/kinds/facets/infinite_action.hpp>
#include <weir/kinds/flow/noise.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Noise;
using weir::Tensor;

TEST_CASE("Squared bridge noise is the square of a bridge's, and its slope is finite at both ends",
          "[noise][bsquared]") {
  const auto squared = make<Noise>("noise/bsquared", {{"sigma", 0.3}});
  const auto bridge = make<Noise>("noise/brownian", {{"sigma", 1.0}});
  const Tensor t = at::linspace(0, 1, 101, f64);
  CHECK(at::allclose(squared->gamma(t), 0.3 * bridge->gamma(t).square(), 1e-14, 0));
  CHECK(at::allclose(squared->dgamma(row_of({0, 0.5, 1})), row_of({0.3, 0, -0.3}), 1e-15, 0));
  CHECK(squared->gamma(row_of({0, 1})).equal(row_of({0, 0})));
  CHECK_FALSE(weir::facet<weir::InfiniteAction>(*squared));
  CHECK(make<Noise>("noise/bsquared", {{"sigma", 0.0}})->zero());
}

TEST_CASE("A negative size of squared bridge noise is outside the limits", "[noise][bsquared]") {
  CHECK(built_plugin("noise/bsquared").param("sigma")->minimum == std::optional(0.0));
}
