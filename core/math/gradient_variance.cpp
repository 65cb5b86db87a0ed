// core/math/gradient_variance.cpp -- statistics of per-sample gradients from their norms.
#include <weir/math/gradient_variance.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace weir {
namespace {

constexpr double resolved =
    1e-3;  // of the mean square norm: below this the difference of two norms has lost its digits
const double nan = std::numeric_limits<double>::quiet_NaN();

TraceCov trace_cov(const Tensor& norms, const Tensor& centred) {
  TraceCov estimate;
  estimate.n = norms.size(0);
  const double n = static_cast<double>(estimate.n);
  estimate.mean_square_norm = norms.mean().item<double>();
  const double spread = centred.mean().item<double>();
  estimate.norm_of_mean2 = estimate.mean_square_norm - spread;
  estimate.trace_cov = estimate.n < 2 ? nan : spread * n / (n - 1);
  estimate.se =
      estimate.n < 2 ? nan : std::sqrt(centred.var(0, /*unbiased=*/true).item<double>() / n) * n / (n - 1);
  return estimate;
}

Tensor sum_over_layers(const PerSampleGradients& gradients, Tensor (*of)(const LayerGradients&)) {
  if (gradients.layers.empty())
    throw std::invalid_argument("there are no per-sample gradients: the field has no parameters");
  Tensor sum;
  for (const auto& [name, layer] : gradients.layers) sum = sum.defined() ? sum + of(*layer) : of(*layer);
  return sum;
}

// sum over i in the bin of ||g_i - gbar of the bin||^2, all layers.
double centred_sum(const PerSampleGradients& gradients, const Tensor& rows) {
  double sum = 0;
  for (const auto& [name, layer] : gradients.layers) {
    sum += layer->rows(rows)->centred_norms().sum().item<double>();
  }
  return sum;
}

Tensor group_norms(const PerSampleGradients& gradients, const Tensor& group, std::int64_t groups) {
  Tensor sum;
  for (const auto& [name, layer] : gradients.layers) {
    const Tensor norms = layer->group_norms(group, groups);
    sum = sum.defined() ? sum + norms : norms;
  }
  return sum;
}

}  // namespace

Tensor square_norms(const PerSampleGradients& gradients) {
  return sum_over_layers(gradients, [](const LayerGradients& layer) { return layer.norms(); });
}

VarianceEstimate gradient_variance(const PerSampleGradients& gradients) {
  VarianceEstimate estimate;
  Tensor norms, centred;
  for (const auto& [name, layer] : gradients.layers) {
    const Tensor n = layer->norms();
    const Tensor c = layer->centred_norms();
    estimate.layers.emplace_back(name, trace_cov(n, c));
    norms = norms.defined() ? norms + n : n;
    centred = centred.defined() ? centred + c : c;
  }
  if (!norms.defined())
    throw std::invalid_argument("there are no per-sample gradients: the field has no parameters");
  estimate.total = trace_cov(norms, centred);
  return estimate;
}

BinnedVariance binned_variance(const PerSampleGradients& gradients, const Tensor& bin, std::int64_t bins) {
  const Tensor host = bin.to(at::kCPU);
  const Tensor norms = square_norms(gradients).to(at::kCPU);
  const Tensor sums = group_norms(gradients, bin, bins).to(at::kCPU);
  const Tensor everything = at::where(bin < 0, -1, 0);
  const double total_sum = group_norms(gradients, everything, 1).item<double>();

  BinnedVariance result;
  result.trace_cov = at::full({bins}, nan, at::kDouble);
  result.mean_square_norm = at::full({bins}, nan, at::kDouble);
  result.count = at::zeros({bins}, at::kLong);
  double samples = 0, within = 0, between = 0;
  for (std::int64_t k = 0; k < bins; ++k) {
    const Tensor rows = at::nonzero(host == k).flatten();
    const double m = static_cast<double>(rows.size(0));
    result.count[k] = rows.size(0);
    if (rows.size(0) < 2) ++result.unresolved;
    if (rows.size(0) == 0) continue;
    const double squares = norms.index_select(0, rows).sum().item<double>();
    const double sum_norm = sums[k].item<double>();
    result.mean_square_norm[k] = squares / m;
    samples += m;
    between += sum_norm / m;
    if (rows.size(0) < 2) continue;
    double centred = squares - sum_norm / m;
    if (centred < resolved * squares) centred = centred_sum(gradients, rows.to(bin.device()));
    within += centred;
    result.trace_cov[k] = centred / (m - 1);
    if (centred < 0) ++result.negative;
  }
  result.within = samples < 2 ? nan : within / (samples - 1);
  result.between = samples < 2 ? nan : (between - total_sum / samples) / (samples - 1);
  return result;
}

}  // namespace weir
