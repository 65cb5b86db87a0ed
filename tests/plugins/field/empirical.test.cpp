// tests/plugins/field/empirical.test.cpp -- the exact minimiser for a finite target set against Monte Carlo and its limits.
#include <cmath>

#include <weir/kinds/flow/field.hpp>

#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

struct Ready {
  Ready(const Tensor& targets, const std::string& noise, const nlohmann::json& params,
        bool noise_in_target = false)
      : source(at::zeros({targets.size(1)}, f64), at::eye(targets.size(1), f64)),
        target(targets),
        path(noise, params, noise_in_target),
        field(make<weir::Field>("field/empirical")) {
    bind(*field, "source", source);
    bind(*field, "target", target);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }

  GivenSource source, target;
  Path path;
  std::unique_ptr<weir::Field> field;
};

}  // namespace

TEST_CASE("The empirical field is the mean of the target velocity at the point, by Monte Carlo",
          "[field][empirical]") {
  const auto [noise, sigma, in_target] =
      GENERATE(table<std::string, double, bool>({{"noise/zero", 0, false},
                                                 {"noise/constant", 0.4, false},
                                                 {"noise/constant", 0.4, true},
                                                 {"noise/brownian", 0.8, true}}));
  const Tensor targets = at::tensor({-2.0, 0.5, 1.5}, f64).view({3, 1});
  const Ready field(targets, noise, sigma > 0 ? nlohmann::json{{"sigma", sigma}} : nlohmann::json::object(),
                    in_target);
  const double t = 0.45, x = 0.2, half = 0.02;
  const std::int64_t n = 400000;
  weir::Rng rng(5, "mc", f64);
  weir::Batch batch;
  batch.points = {rng.normal({n, 1}), targets.index_select(0, rng.integers(3, {n}))};
  const auto [xt, ut] = field.path.interpolant->at(batch, at::full({n}, t, f64), rng.normal({n, 1}));
  const Tensor near = ut.masked_select((xt - x).abs() < half);
  const double count = static_cast<double>(near.numel());
  REQUIRE(count > 2000);

  const double v = field(at::full({1, 1}, x, f64), at::full({1}, t, f64)).item<double>();

  // The cell's own bias is of order half^2 = 4e-4, the standard error about 2e-2.
  const double se = near.std().item<double>() / std::sqrt(count);
  CHECK(std::abs(near.mean().item<double>() - v) < 4 * se + half * half * 5);
}

TEST_CASE("Without noise the empirical field is the mean of (z_i - x) / (1 - t)", "[field][empirical]") {
  weir::Rng rng(6, "empirical", f64);
  const Tensor targets = rng.normal({7, 3});
  const Ready field(targets, "noise/zero", nlohmann::json::object());
  const Tensor x = rng.normal({5, 3});
  const Tensor t = at::tensor({0.0, 0.2, 0.5, 0.9, 0.999}, f64);
  const Tensor v = field(x, t);
  for (std::int64_t b = 0; b < 5; ++b) {
    const Tensor p = at::softmax(-(x[b] - t[b] * targets).square().sum(1) / (2 * (1 - t[b]).square()), 0);
    CHECK(at::allclose(v[b], p.unsqueeze(0).mm(targets - x[b]).squeeze(0) / (1 - t[b]), 1e-9, 1e-9));
  }
}

TEST_CASE("Following the empirical field ends in the target set", "[field][empirical]") {
  weir::Rng rng(7, "ends", f64);
  const Tensor targets = 3 * rng.normal({4, 2});
  const Ready field(targets, "noise/zero", nlohmann::json::object());
  Tensor x = rng.normal({50, 2});
  const int steps = 200;
  for (int k = 0; k < steps; ++k) x = x + field(x, at::full({50}, k / double(steps), f64)) / steps;
  // Euler's last step from t = 1 - h goes exactly to the posterior mean, which by then is one member.
  CHECK(std::get<0>(at::cdist(x, targets).min(1)).max().item<double>() < 1e-6);
}

TEST_CASE("At t = 1 without noise the empirical field is infinite and says so; with noise it is finite",
          "[field][empirical]") {
  const Tensor targets = at::tensor({-2.0, 0.5}, f64).view({2, 1});
  const Tensor x = at::zeros({2, 1}, f64);
  const Ready bare(targets, "noise/zero", nlohmann::json::object());
  CHECK_THROWS_WITH(bare(x, at::ones({2}, f64)),
                    "field/empirical is infinite at t = 1 without noise there; use an integrator that does "
                    "not evaluate it at "
                    "t = 1 (euler), or noise");
  const Ready noisy(targets, "noise/constant", {{"sigma", 0.1}});
  CHECK(at::isfinite(noisy(x, at::ones({2}, f64))).all().item<bool>());
}

TEST_CASE("At the ends of a bridge the empirical field is its limit", "[field][empirical]") {
  const double sigma = 0.7;
  const Tensor targets = at::tensor({-2.0, 0.5, 3.0}, f64).view({3, 1});
  const Tensor x = at::tensor({-1.0, 0.4, 2.0}, f64).view({3, 1});
  const Ready in_target(targets, "noise/brownian", {{"sigma", sigma}}, true);
  const Ready plain(targets, "noise/brownian", {{"sigma", sigma}});
  // t = 0: p_i = 1/3, s = 1, so v = mean z + (-1 + sigma^2 / 2) x, the second term with the noise alone.
  CHECK(at::allclose(in_target(x, at::zeros({3}, f64)), 0.5 + (sigma * sigma / 2 - 1) * x, 1e-12, 1e-12));
  CHECK(at::allclose(plain(x, at::zeros({3}, f64)), 0.5 - x, 1e-12, 1e-12));
  // t = 1: the nearest z and, off it, -1 / sigma^2 of the way back; with the noise in the target s' / s, which is infinite.
  const Tensor nearest = at::tensor({-2.0, 0.5, 3.0}, f64).view({3, 1});
  CHECK(at::allclose(plain(x, at::ones({3}, f64)), nearest - (x - nearest) / (sigma * sigma), 1e-12, 1e-12));
  CHECK_THROWS_WITH(in_target(x, at::ones({3}, f64)),
                    Catch::StartsWith("field/empirical is infinite at t = 1"));
  // A flow starts at t = 0 and stays among the numbers, in both precisions.
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    Tensor y = x.to(dtype);
    for (int k = 0; k < 50; ++k) y = y + in_target(y, at::full({3}, k / 50.0, y.options())) / 50;
    CHECK(at::isfinite(y).all().item<bool>());
  }
}

TEST_CASE("The empirical field refuses another source, an endless target and unequal shapes",
          "[field][empirical]") {
  const auto field = make<weir::Field>("field/empirical");
  GivenSource wide(at::zeros({2}, f64), 2 * at::eye(2, f64));
  GivenSource endless(at::zeros({3}, f64), at::eye(3, f64));
  Path path;
  bind(*field, "source", wide);
  bind(*field, "target", endless);
  bind(*field, "interpolant", *path.interpolant);
  const weir::Faults faults = plan(*field);
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].message ==
        "field/empirical is known for a standard normal source only, and 'law' is another law");
  CHECK(faults[1].message == "field/empirical averages over a finite set, and 'law' is a distribution");
  CHECK(
      faults[2].message ==
      "field/empirical needs items of one shape, and those of 'law' have another shape than those of 'law'");
}
