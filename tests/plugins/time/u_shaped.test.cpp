// tests/plugins/time/u_shaped.test.cpp -- times near the ends beside integrals of their density.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("The U-shaped density is a growing and a falling exponential, normalised", "[time][u_shaped]") {
  // scipy 1.17.1: Z = integrate.quad(lambda t: np.exp(a * t) + np.exp(a * (1 - t)), 0, 1)[0]; the integrand / Z at t
  const Tensor t = row_of({0, 0.1, 0.5, 0.8});
  const auto at_four = make<weir::Time>("time/u_shaped")->density(t);
  CHECK(at::allclose(at_four,
                     row_of({2.0746294414550963, 1.4213199193541186, 0.5514411295435665, 0.9984699512597005}),
                     1e-13, 0));
  CHECK(at::allclose(make<weir::Time>("time/u_shaped", {{"alpha", 1.5}})->density(t),
                     row_of({1.180825375183302, 1.0812122375141968, 0.9120573264202128, 1.0059720230544105}),
                     1e-13, 0));
}

TEST_CASE("U-shaped times are as far from the middle as their law says, on both sides", "[time][u_shaped]") {
  const std::int64_t n = 40000;
  for (const std::uint64_t seed : {3, 4, 5}) {
    weir::Rng rng(seed, "t", f64);
    const Tensor off = make<weir::Time>("time/u_shaped")->sample(n, rng) - 0.5;
    // The variance is 0.11567 (scipy, as above); standard errors: sqrt(0.11567 / n) of the mean, and of a square in [0, 1/4] at
    // most 1/8 / sqrt(n). Four of them.
    CHECK(number(off.mean()) == Approx(0).margin(4 * std::sqrt(0.11567 / double(n))));
    CHECK(number(off.square().mean()) ==
          Approx(0.11567131981811299).margin(4 * 0.125 / std::sqrt(double(n))));
  }
}

TEST_CASE("Exponentials that are level, or fall at once, are outside the limits", "[time][u_shaped]") {
  const weir::ParamSchema& alpha = *built_plugin("time/u_shaped").param("alpha");
  CHECK(alpha.minimum == std::optional(1e-3));
  CHECK(alpha.maximum == std::optional(1e3));
}
