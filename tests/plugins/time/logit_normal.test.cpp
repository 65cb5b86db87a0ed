// tests/plugins/time/logit_normal.test.cpp -- logit-normal times against the normal law of their logit.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

}  // namespace

TEST_CASE("The logit of a time is normal with the given mean and spread", "[time][logit_normal]") {
  const auto time = make<weir::Time>("time/logit_normal", {{"mean", -0.8}, {"scale", 0.5}});
  const std::int64_t n = 40000;
  weir::Rng rng(3, "t", f64);
  const Tensor t = time->sample(n, rng), logit = (t / (1 - t)).log();
  // Standard errors: 0.5 / sqrt(n) = 0.0025 of the mean, 0.5 / sqrt(2 n) = 0.0018 of the spread; five of them.
  CHECK(number(logit.mean()) == Approx(-0.8).margin(5 * 0.0025));
  CHECK(number(logit.std()) == Approx(0.5).margin(5 * 0.0018));
}

TEST_CASE("The density of a time is that of its logit over t (1 - t), and 0 at the ends",
          "[time][logit_normal]") {
  const auto time = make<weir::Time>("time/logit_normal");
  const Tensor p = time->density(row_of({0, 0.2, 0.5, 0.8, 1}));
  CHECK(number(p[0]) == 0);
  CHECK(number(p[2]) == Approx(4 / std::sqrt(2 * std::acos(-1))).epsilon(1e-12));
  const double logit = std::log(4.0);
  const double there = std::exp(-logit * logit / 2) / (std::sqrt(2 * std::acos(-1)) * 0.16);
  CHECK(number(p[1]) == Approx(there).epsilon(1e-12));
  CHECK(number(p[3]) == Approx(there).epsilon(1e-12));
  CHECK(number(p[4]) == 0);
}
