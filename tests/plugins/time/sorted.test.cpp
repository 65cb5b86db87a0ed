// tests/plugins/time/sorted.test.cpp -- sorted times against order statistics.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("The i-th of n sorted times has the mean and the variance of a beta law", "[time][sorted]") {
  // U_(i) ~ Beta(i, n + 1 - i): mean i / (n + 1), variance i (n + 1 - i) / ((n + 1)^2 (n + 2)); from 0.1 to 0.9 the mean is 0.1 + 0.8 of it.
  const int n = 7, draws = 4000;
  const auto time = make<weir::Time>("time/sorted", {{"eps", 0.1}});
  weir::Rng rng(3, "t", f64);
  std::vector<Tensor> rows;
  for (int k = 0; k < draws; ++k) rows.push_back(time->sample(n, rng));
  const Tensor u = (at::stack(rows) - 0.1) / 0.8;
  CHECK((u.diff() >= 0).all().item<bool>());
  for (int i = 1; i <= n; ++i) {
    const double variance = i * (n + 1.0 - i) / ((n + 1) * (n + 1) * (n + 2));
    const Tensor of = u.select(1, i - 1);
    CHECK(std::abs(number(of.mean()) - i / (n + 1.0)) < 4.5 * std::sqrt(variance / draws));
    // A law on (0, 1) that bends less than a normal one: its variance is known to sqrt(2 / draws) of itself or better, or about that.
    CHECK(number(of.var()) == Approx(variance).epsilon(6 * std::sqrt(2.0 / draws)));
  }
}
