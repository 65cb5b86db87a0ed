// tests/plugins/field/kernel.test.cpp -- the exact minimiser for fixed pairs against Monte Carlo and its limits.
#include <cmath>

#include <weir/kinds/flow/field.hpp>

#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// The field on these pairs, ready to be asked.
struct Ready {
  Ready(const Tensor& x0, const Tensor& x1, const std::string& noise, double sigma,
        bool noise_in_target = false)
      : pairs(x0, x1),
        path(noise, {{"sigma", sigma}}, noise_in_target),
        field(make<weir::Field>("field/kernel")) {
    bind(*field, "coupling", pairs);
    bind(*field, "interpolant", *path.interpolant);
    pairs_run();
    run(*field);
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }
  void pairs_run() { run(pairs); }

  GivenPairs pairs;
  Path path;
  std::unique_ptr<weir::Field> field;
};

}  // namespace

TEST_CASE("The kernel field is the mean of the target velocity at the point, by Monte Carlo",
          "[field][kernel]") {
  // E[u_t | x_t = x] from samples of (x_t, u_t): E[w u] / E[w] with w = 1 in a small cell round x. 1-D, so cells fill.
  const auto [noise, in_target] = GENERATE(table<std::string, bool>(
      {{"noise/constant", false}, {"noise/constant", true}, {"noise/brownian", true}}));
  const Tensor x0 = at::tensor({-1.0, 0.2, 1.0}, f64).view({3, 1});
  const Tensor x1 = at::tensor({2.0, -1.5, 0.5}, f64).view({3, 1});
  const Ready field(x0, x1, noise, 0.6, in_target);
  const double t = 0.4, x = 0.3, half = 0.02;
  const std::int64_t n = 400000;
  weir::Rng rng(5, "mc", f64);
  const Tensor i = rng.integers(3, {n});
  const Tensor times = at::full({n}, t, f64);
  const weir::Batch batch = field.pairs.batch(i);
  const auto [xt, ut] = field.path.interpolant->at(batch, times, rng.normal({n, 1}));
  const Tensor near = ut.masked_select((xt - x).abs() < half);
  const double count = static_cast<double>(near.numel());
  REQUIRE(count > 2000);

  const double v = field(at::full({1, 1}, x, f64), at::full({1}, t, f64)).item<double>();

  // The cell's own bias is of order half^2 = 4e-4 and the standard error about 2e-2.
  const double se = near.std().item<double>() / std::sqrt(count);
  CHECK(std::abs(near.mean().item<double>() - v) < 4 * se + half * half * 5);
}

TEST_CASE("The kernel field is a softmax average over the pairs' points at time t", "[field][kernel]") {
  weir::Rng rng(6, "kernel", f64);
  const Tensor x0 = rng.normal({5, 2, 3}), x1 = rng.normal({5, 2, 3});
  const Ready field(x0, x1, "noise/constant", 0.5);
  const Tensor x = rng.normal({4, 2, 3});
  const Tensor t = rng.uniform({4});
  const Tensor v = field(x, t);
  REQUIRE(v.sizes() == x.sizes());
  for (std::int64_t b = 0; b < 4; ++b) {
    const Tensor m = (1 - t[b]) * x0 + t[b] * x1;
    const Tensor k = at::softmax(-(x[b] - m).square().sum({1, 2}) / (2 * 0.25), 0);
    CHECK(at::allclose(v[b], ((x1 - x0) * k.view({5, 1, 1})).sum(0), 1e-10, 1e-10));
  }
}

TEST_CASE("With a very small sigma the kernel field memorises: on a pair's line it is that pair's velocity",
          "[field][kernel]") {
  const double sigma = GENERATE(1e-2, 1e-6, 1e-150);
  weir::Rng rng(7, "memory", f64);
  const Tensor x0 = rng.normal({20, 4}), x1 = rng.normal({20, 4});
  const Ready field(x0, x1, "noise/constant", sigma);
  const Tensor t = rng.uniform({20});
  const Tensor xt = (1 - t.unsqueeze(1)) * x0 + t.unsqueeze(1) * x1;
  const Tensor v = field(xt, t);
  CHECK(at::isfinite(v).all().item<bool>());
  CHECK(at::allclose(v, x1 - x0, 1e-9, 1e-9));
}

TEST_CASE("Where a bridge has no noise the kernel field is finite", "[field][kernel]") {
  weir::Rng rng(8, "ends", f64);
  const Tensor x0 = rng.normal({6, 2}), x1 = rng.normal({6, 2});
  const bool in_target = GENERATE(false, true);
  const Ready field(x0, x1, "noise/brownian", 0.5, in_target);
  CHECK(at::allclose(field(x0, at::zeros({6}, f64)), x1 - x0, 1e-12, 1e-12));
}

TEST_CASE("The kernel field answers in the precision that it is asked in", "[field][kernel]") {
  weir::Rng rng(9, "f32", f32);
  const Tensor x0 = rng.normal({6, 2}), x1 = rng.normal({6, 2}), x = rng.normal({3, 2});
  const Tensor t = rng.uniform({3});
  const Ready narrow(x0, x1, "noise/constant", 0.3);
  const Ready wide(x0.to(at::kDouble), x1.to(at::kDouble), "noise/constant", 0.3);
  CHECK(narrow(x, t).scalar_type() == at::kFloat);
  CHECK(at::allclose(narrow(x, t).to(at::kDouble), wide(x.to(at::kDouble), t.to(at::kDouble)), 1e-6, 1e-6));
}

TEST_CASE("The kernel field refuses fresh pairs and a path without noise, with the remedy",
          "[field][kernel]") {
  const auto field = make<weir::Field>("field/kernel");
  GivenPairs fresh(weir::AffineMap{at::eye(2, f64), at::zeros({2}, f64)});
  Path path;
  bind(*field, "coupling", fresh);
  bind(*field, "interpolant", *path.interpolant);
  const weir::Faults faults = plan(*field);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message ==
        "field/kernel averages over a fixed set of pairs, and 'node' draws new ones at each step");
  CHECK(faults[0].remedy == "write draw: {fixed: N} there");
  CHECK(faults[1].message ==
        "field/kernel needs noise: without it the minimiser is defined on the lines of the pairs alone");
}
