// tests/math/gradient_variance.test.cpp -- variances of per-sample gradients against their definition.
#include <algorithm>
#include <cmath>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/variance/gradient_variance.hpp>
#include <weir/rng.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::PerSampleGradients;
using weir::Rng;
using weir::Tensor;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

// Two linear layers and a formed one.
PerSampleGradients layers(std::int64_t batch, double spread = 1) {
  Rng rng(11, "gradients", f64);
  const auto some = [&](std::int64_t width) {
    return rng.normal({1, width}) + spread * rng.normal({batch, width});
  };
  PerSampleGradients gradients;
  gradients.layers.emplace_back("a", weir::outer_product_gradients(some(3), some(5)));
  gradients.layers.emplace_back("b", weir::outer_product_gradients(some(5), some(2)));
  gradients.layers.emplace_back("c", weir::dense_gradients(some(12)));
  return gradients;
}

Tensor all(const PerSampleGradients& gradients) {
  std::vector<Tensor> parts;
  for (const auto& [name, layer] : gradients.layers) parts.push_back(layer->dense());
  return at::cat(parts, 1);
}

double trace_of(const Tensor& g) { return g.var(0, true).sum().item<double>(); }

}  // namespace

TEST_CASE("The trace of the covariance is the sum of the coordinates' unbiased variances",
          "[math][gradient_variance]") {
  const double spread = GENERATE(1.0, 1e-3);
  const PerSampleGradients gradients = layers(20, spread);
  const Tensor g = all(gradients);

  const weir::VarianceEstimate found = gradient_variance(gradients);

  CHECK(found.total.n == 20);
  CHECK(found.total.trace_cov == Approx(trace_of(g)).epsilon(1e-9));
  CHECK(found.total.mean_square_norm == Approx(g.square().sum(1).mean().item<double>()));
  CHECK(found.total.norm_of_mean2 == Approx(g.mean(0).square().sum().item<double>()));
  double sum = 0;
  for (std::size_t l = 0; l < found.layers.size(); ++l) {
    CHECK(found.layers[l].first == gradients.layers[l].first);
    CHECK(found.layers[l].second.trace_cov ==
          Approx(trace_of(gradients.layers[l].second->dense())).epsilon(1e-9));
    sum += found.layers[l].second.trace_cov;
  }
  CHECK(sum == Approx(found.total.trace_cov));
  CHECK(at::allclose(found.square_norms, g.square().sum(1)));
}

TEST_CASE("The estimate is unbiased", "[math][gradient_variance]") {
  // g ~ N(m, I_6), so tr Cov(g) = 6 and 15 tr / 6 is chi-squared. 2000 estimates from 16 samples each.
  const Rng rng(12, "repeats", f64);
  const int repeats = 2000;
  double sum = 0;
  for (int r = 0; r < repeats; ++r) {
    PerSampleGradients gradients;
    gradients.layers.emplace_back("a", weir::dense_gradients(rng.at("g", r).normal({16, 6}) + 3));
    sum += gradient_variance(gradients).total.trace_cov;
  }
  CHECK(std::abs(sum / repeats - 6) < 4 * std::sqrt(2 * 6 / 15.0 / repeats));
}

TEST_CASE("The error is the spread of the estimates that leave one sample out", "[math][gradient_variance]") {
  const PerSampleGradients gradients = layers(7);
  const Tensor g = all(gradients);
  std::vector<double> without;
  for (std::int64_t i = 0; i < 7; ++i)
    without.push_back(trace_of(at::cat({g.slice(0, 0, i), g.slice(0, i + 1)})));
  const Tensor found = at::tensor(without, f64);
  const weir::TraceCovError error = trace_cov_error(gradients);
  CHECK(error.se ==
        Approx(std::sqrt(6.0 / 7 * (found - found.mean()).square().sum().item<double>())).epsilon(1e-9));
  // kappa of the seven, drawn to 15 with the weight of eight; nu = 2 n / (kappa - 1), within [1, n - 2].
  const Tensor d = found - found.mean();
  const double kappa = (d.pow(4).mean() / d.square().mean().square()).item<double>();
  const double nu = 14 / ((7 * kappa + 8 * 15) / 15 - 1);
  CHECK(error.n == Approx(1 + std::min(std::max(nu, 1.0), 5.0)).epsilon(1e-9));
}

TEST_CASE("Variances within bins and between them add up to the whole", "[math][gradient_variance]") {
  const double spread = GENERATE(1.0, 1e-4);
  const PerSampleGradients gradients = layers(24, spread);
  const Tensor g = all(gradients);
  const Tensor bin =
      at::tensor({0, 0, 0, 1, 1, 1, 1, 1, 3, 3, 0, 0, 1, 1, 3, 3, 3, 3, 3, 0, 0, 1, 1, 4}, at::kLong);

  const weir::BinnedVariance found =
      binned_variance(gradients, gradient_variance(gradients).square_norms, bin, 5);

  CHECK(found.unresolved == 2);  // bin 2 is empty, bin 4 has one sample
  CHECK(found.negative == 0);
  for (std::int64_t k : {0, 1, 3}) {
    const Tensor rows = at::nonzero(bin == k).flatten();
    CHECK(found.count[k].item<std::int64_t>() == rows.size(0));
    CHECK(found.trace_cov[k].item<double>() == Approx(trace_of(g.index_select(0, rows))).epsilon(1e-7));
    CHECK(found.mean_square_norm[k].item<double>() ==
          Approx(g.index_select(0, rows).square().sum(1).mean().item<double>()));
  }
  CHECK(std::isnan(found.trace_cov[2].item<double>()));
  CHECK(std::isnan(found.trace_cov[4].item<double>()));
  CHECK(std::isnan(found.mean_square_norm[2].item<double>()));
  const double between = variance_between_bins(gradients, bin, 5);
  CHECK(found.within + between == Approx(trace_of(g)).epsilon(1e-6));
}

TEST_CASE("With the mean gradient at hand the estimate is the same, also where the spread is small",
          "[math][gradient_variance]") {
  const double spread = GENERATE(1.0, 0.1, 1e-3, 1e-5);
  PerSampleGradients gradients = layers(20, spread);
  const weir::VarianceEstimate without = gradient_variance(gradients);
  const double se_without = trace_cov_error(gradients).se;
  for (const auto& [name, layer] : gradients.layers) {
    const Tensor mean = layer->dense().mean(0);
    // The first two are linear layers 3 -> 5 and 5 -> 2, the third is one vector.
    if (name == "a") gradients.means.push_back({mean.slice(0, 0, 15).view({5, 3}), mean.slice(0, 15)});
    if (name == "b") gradients.means.push_back({mean.slice(0, 0, 10).view({2, 5}), mean.slice(0, 10)});
    if (name == "c") gradients.means.push_back({mean});
  }
  const weir::VarianceEstimate with = gradient_variance(gradients);
  CHECK(with.total.trace_cov == Approx(without.total.trace_cov).epsilon(1e-9));
  CHECK(trace_cov_error(gradients).se == Approx(se_without).epsilon(1e-8));
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(with.layers[l].second.trace_cov == Approx(without.layers[l].second.trace_cov).epsilon(1e-9));
  }
}

TEST_CASE("Samples in no bin do not count", "[math][gradient_variance]") {
  const PerSampleGradients gradients = layers(10);
  const Tensor bin = at::tensor({0, -1, 0, 1, 1, -1, 0, 1, 1, -1}, at::kLong);
  const weir::BinnedVariance found =
      binned_variance(gradients, gradient_variance(gradients).square_norms, bin, 2);
  const Tensor kept = all(gradients).index_select(0, at::nonzero(bin >= 0).flatten());
  CHECK(found.within + variance_between_bins(gradients, bin, 2) == Approx(trace_of(kept)));
}

TEST_CASE("Scaling the losses by c scales the variance by c^2, and one sample has none",
          "[math][gradient_variance]") {
  Rng rng(13, "scale", f64);
  const Tensor g = rng.normal({8, 4});
  PerSampleGradients one, scaled, alone;
  one.layers.emplace_back("a", weir::dense_gradients(g));
  scaled.layers.emplace_back("a", weir::dense_gradients(3 * g));
  alone.layers.emplace_back("a", weir::dense_gradients(g.slice(0, 0, 1)));
  CHECK(gradient_variance(scaled).total.trace_cov == Approx(9 * gradient_variance(one).total.trace_cov));
  CHECK(std::isnan(gradient_variance(alone).total.trace_cov));
  CHECK(std::isnan(trace_cov_error(alone).se));
  CHECK(trace_cov_error(scaled).se == Approx(9 * trace_cov_error(one).se));
  CHECK(trace_cov_error(scaled).n == Approx(trace_cov_error(one).n));
  CHECK_THROWS_WITH(gradient_variance(PerSampleGradients{}),
                    "there are no per-sample gradients: the field has no parameters");
}
