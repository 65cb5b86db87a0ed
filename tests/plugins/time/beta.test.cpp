// tests/plugins/time/beta.test.cpp -- beta-distributed times beside SciPy's density and the moments of the law.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("The density of beta-distributed times is SciPy's", "[time][beta]") {
  // scipy 1.17.1: stats.beta.pdf([0.1, 0.5, 0.9], a, b)
  const Tensor t = row_of({0.1, 0.5, 0.9});
  CHECK(at::allclose(make<weir::Time>("time/beta", {{"a", 2.5}, {"b", 1.5}})->density(t),
                     row_of({0.15278874536821946, 1.273239544735163, 1.3750987083139756}), 1e-13, 0));
  CHECK(at::allclose(make<weir::Time>("time/beta", {{"a", 0.5}, {"b", 1}})->density(t),
                     row_of({1.5811388300841893, 0.7071067811865475, 0.5270462766947299}), 1e-13, 0));
  const Tensor ends = make<weir::Time>("time/beta", {{"a", 1}, {"b", 1.5}})->density(row_of({0, 1}));
  CHECK(at::allclose(ends, row_of({1.5, 0}), 1e-13, 1e-15));
}

TEST_CASE("Beta-distributed times have the mean and the variance of their law", "[time][beta]") {
  const std::int64_t n = 40000;
  for (const auto& [a, b] : {std::pair(1.0, 1.5), std::pair(0.1, 0.2), std::pair(20.0, 5.0)}) {
    const auto time = make<weir::Time>("time/beta", {{"a", a}, {"b", b}});
    const double mean = a / (a + b), variance = a * b / ((a + b) * (a + b) * (a + b + 1));
    for (const std::uint64_t seed : {3, 4, 5}) {
      weir::Rng rng(seed, "t", f64);
      const Tensor t = time->sample(n, rng), square = (t - mean).square();
      CHECK(number(t.mean()) == Approx(mean).margin(4 * std::sqrt(variance / double(n))));
      CHECK(number(square.mean()) ==
            Approx(variance).margin(4 * number(square.std()) / std::sqrt(double(n))));
    }
  }
}

TEST_CASE("Beta laws that float64 cannot draw from are outside the limits", "[time][beta]") {
  for (const char* name : {"a", "b"})
    CHECK(built_plugin("time/beta").param(name)->minimum == std::optional(0.1));
}
