// tests/plugins/noise/closed_forms.test.cpp -- schedules against their formulas, and a bridge against Brownian motion.
#include <cmath>

#include <weir/kinds/flow/noise.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Noise;
using weir::Tensor;

TEST_CASE("Noise schedules keep their closed forms", "[noise]") {
  const Tensor t = row_of({0, 0.25, 0.5, 1});
  CHECK(at::allclose(make<Noise>("noise/constant", {{"sigma", 0.3}})->gamma(t), at::full_like(t, 0.3)));
  CHECK(at::allclose(make<Noise>("noise/brownian", {{"sigma", 2.0}})->gamma(t),
                     row_of({0, std::sqrt(0.75), 1, 0})));
  CHECK(make<Noise>("noise/constant", {{"sigma", 0.0}})->zero());
  CHECK(make<Noise>("noise/brownian", {{"sigma", 0.0}})->zero());
}

TEST_CASE("A bridge has the spread of Brownian motion that comes back to 0 at t = 1", "[noise]") {
  // W_t - t W_1 from increments of W over quarters of time. A variance of 40000 numbers is known to sqrt(2 / 40000).
  const std::int64_t n = 40000;
  weir::Rng rng(3, "increments", f64);
  const Tensor w = (rng.normal({n, 4}) / 2).cumsum(1), t = row_of({0.25, 0.5, 0.75, 1});
  const Tensor variance = (w - t * w.select(1, 3).unsqueeze(1)).square().mean(0),
               gamma = make<Noise>("noise/brownian", {{"sigma", 1.0}})->gamma(t);
  for (const int k : {0, 1, 2})
    CHECK(number(variance[k]) == Approx(number(gamma[k].square())).epsilon(5 * std::sqrt(2.0 / n)));
  CHECK(number(gamma[3]) == 0);
}

TEST_CASE("The product of a bridge and its derivative is half the derivative of its square, ends included",
          "[noise]") {
  const auto bridge = make<Noise>("noise/brownian", {{"sigma", 2.0}});
  for (const at::TensorOptions& options : {f32, f64}) {
    const Tensor t = row_of({0, 1e-300, 0.25, 0.5, 1}).to(options);
    CHECK(at::allclose(bridge->gamma_dgamma(t), 2 * (1 - 2 * t.to(at::kDouble)), 1e-12, 1e-12));
  }
  CHECK(bridge->gamma_dgamma(row_of({0, 1})).scalar_type() == at::kDouble);
}
