// tests/laws/noise.test.cpp -- laws of every registered noise schedule.
#include <weir/kinds/noise.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Noise;
using weir::Tensor;

}  // namespace

TEST_CASE("Every noise schedule is non-negative, and dgamma is the derivative of gamma", "[laws][noise]") {
  const Tensor t = at::linspace(0.02, 0.98, 97, f64);
  const double h = 1e-5;
  for (const std::string& id : plugins_of("noise")) {
    INFO(id);
    const auto noise = make<Noise>(id);
    const Tensor gamma = noise->gamma(t);
    CHECK(gamma.sizes() == t.sizes());
    CHECK(gamma.scalar_type() == t.scalar_type());
    CHECK((gamma >= 0).all().item<bool>());
    CHECK(noise->zero() == (gamma == 0).all().item<bool>());
    const Tensor difference = (noise->gamma(t + h) - noise->gamma(t - h)) / (2 * h);
    CHECK(at::allclose(noise->dgamma(t), difference, 1e-6, 1e-8));
  }
}

TEST_CASE("Noise schedules keep their closed forms", "[noise]") {
  const Tensor t = row_of({0, 0.25, 0.5, 1});
  CHECK(at::allclose(make<Noise>("noise/constant", {{"sigma", 0.3}})->gamma(t), at::full_like(t, 0.3)));
  CHECK(at::allclose(make<Noise>("noise/brownian", {{"sigma", 2.0}})->gamma(t),
                     row_of({0, std::sqrt(0.75), 1, 0})));
  CHECK(make<Noise>("noise/constant", {{"sigma", 0.0}})->zero());
  CHECK(make<Noise>("noise/brownian", {{"sigma", 0.0}})->zero());
}
