// core/math/variance/gradient_variance.cpp -- statistics of per-sample gradients from their norms.
#include <weir/math/variance/gradient_variance.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <weir/math/numeric/sums.hpp>
#include <weir/math/variance/standard_error.hpp>

namespace weir {
namespace {

// Share of the mean square norm below which a spread found as a difference of norms has lost its digits.
constexpr double resolved = 1e-3;
const double nan = std::numeric_limits<double>::quiet_NaN();

TraceCov trace_cov(std::int64_t batch, double mean_square_norm, double spread) {
  const double n = static_cast<double>(batch);
  return {.trace_cov = batch < 2 ? nan : spread * n / (n - 1),
          .n = batch,
          .mean_square_norm = mean_square_norm,
          .norm_of_mean2 = mean_square_norm - spread};
}

void check_some(const PerSampleGradients& gradients) {
  if (gradients.layers.empty())
    throw std::invalid_argument("there are no per-sample gradients: the field has no parameters");
}

double average(const Tensor& x) { return sum_of(x) / static_cast<double>(x.numel()); }

// ||gbar||^2 of one layer.
double square_norm(const std::vector<Tensor>& mean) {
  double square = 0;
  for (const Tensor& part : mean) square += square_sum(part);
  return square;
}

// A layer's gbar where it is at hand, else empty.
std::vector<Tensor> mean_of(const PerSampleGradients& gradients, std::size_t layer) {
  return gradients.means.empty() ? std::vector<Tensor>{} : gradients.means[layer];
}

// mean ||g_i - gbar||^2 of one layer.
double spread_of(const LayerGradients& layer, const std::vector<Tensor>& mean, double mean_square_norm) {
  if (!mean.empty()) {
    const double spread = mean_square_norm - square_norm(mean);
    if (spread > resolved * mean_square_norm) return spread;
  }
  return average(layer.centred_norms());
}

// ||g_i - gbar||^2 = ||g_i||^2 - 2 <g_i, gbar> + ||gbar||^2 of one layer, [B] float64.
Tensor centred_norms(const LayerGradients& layer, const std::vector<Tensor>& mean) {
  if (!mean.empty()) {
    const Tensor norms = layer.norms();
    const Tensor centred = norms - 2 * layer.dots(mean) + square_norm(mean);
    if (average(centred) > resolved * average(norms)) return centred;
  }
  return layer.centred_norms();
}

// sum over i in the bin of ||g_i - gbar of the bin||^2, all layers.
double centred_sum(const PerSampleGradients& gradients, const Tensor& rows) {
  double sum = 0;
  for (const auto& [name, layer] : gradients.layers) {
    sum += layer->rows(rows)->centred_norms().sum().item<double>();
  }
  return sum;
}

Tensor group_norms(const PerSampleGradients& gradients, const Tensor& group, std::int64_t count) {
  const Groups groups = grouped(group, count);
  if (count == 1 && groups.blocks.size(1) == group.size(0) && !gradients.means.empty()) {
    double square = 0;  // of gbar, over all layers: the group is the batch
    for (const auto& mean : gradients.means) square += square_norm(mean);
    const double rows = static_cast<double>(group.size(0));
    return at::full({1}, square * rows * rows, at::kDouble);
  }
  Tensor sum;
  for (const auto& [name, layer] : gradients.layers) {
    const Tensor norms = layer->group_norms(groups);
    sum = sum.defined() ? sum + norms : norms;
  }
  return sum;
}

}  // namespace

VarianceEstimate gradient_variance(const PerSampleGradients& gradients) {
  check_some(gradients);
  VarianceEstimate estimate;
  double mean_square_norm = 0, spread = 0;
  for (std::size_t l = 0; l < gradients.layers.size(); ++l) {
    const auto& [name, layer] = gradients.layers[l];
    const Tensor norms = layer->norms();
    const double mean_square = average(norms);
    const double layer_spread = spread_of(*layer, mean_of(gradients, l), mean_square);
    estimate.layers.emplace_back(name, trace_cov(layer->batch(), mean_square, layer_spread));
    mean_square_norm += mean_square;
    spread += layer_spread;
    estimate.square_norms = estimate.square_norms.defined() ? estimate.square_norms + norms : norms;
  }
  estimate.total = trace_cov(estimate.square_norms.size(0), mean_square_norm, spread);
  return estimate;
}

TraceCovError trace_cov_error(const Tensor& centred_norms) {
  const double n = static_cast<double>(centred_norms.size(0));
  if (n < 3) return {nan, 1};
  const Tensor without = (centred_norms.sum() - n / (n - 1) * centred_norms) / (n - 2);
  return {jackknife_se(without), effective_n(without)};
}

TraceCovError trace_cov_error(const PerSampleGradients& gradients) {
  check_some(gradients);
  Tensor centred;
  for (std::size_t l = 0; l < gradients.layers.size(); ++l) {
    const Tensor norms = centred_norms(*gradients.layers[l].second, mean_of(gradients, l));
    centred = centred.defined() ? centred + norms : norms;
  }
  return trace_cov_error(centred);
}

BinnedVariance binned_variance(const PerSampleGradients& gradients, const Tensor& square_norms,
                               const Tensor& bin, std::int64_t bins) {
  // On the host: loops over the rows of a batch take less than the operations that would do the same.
  const Tensor sums = group_norms(gradients, bin, bins).to(at::kCPU);
  const Tensor of = bin.to(at::kCPU).contiguous(), norms = square_norms.to(at::kCPU).contiguous();
  BinnedVariance result;
  result.count = at::zeros({bins}, at::kLong);
  result.trace_cov = at::full({bins}, nan, at::kDouble);
  const Tensor squares = at::zeros({bins}, at::kDouble);
  auto* count = result.count.mutable_data_ptr<std::int64_t>();
  auto* square = squares.mutable_data_ptr<double>();
  double samples = 0;
  for (std::int64_t i = 0; i < of.size(0); ++i) {
    const std::int64_t k = of.const_data_ptr<std::int64_t>()[i];
    if (k < 0) continue;
    ++samples;
    ++count[k];
    square[k] += norms.const_data_ptr<double>()[i];
  }
  result.mean_square_norm = squares / result.count;  // 0 / 0 in an empty bin
  const auto* sum = sums.const_data_ptr<double>();
  auto* trace = result.trace_cov.mutable_data_ptr<double>();
  double within = 0;
  for (std::int64_t k = 0; k < bins; ++k) {
    if (count[k] < 2) {
      ++result.unresolved;
      continue;
    }
    double centred = square[k] - sum[k] / static_cast<double>(count[k]);
    if (centred < resolved * square[k]) centred = centred_sum(gradients, at::nonzero(bin == k).flatten());
    within += centred;
    trace[k] = centred / static_cast<double>(count[k] - 1);
    if (centred < 0) ++result.negative;
  }
  result.within = samples < 2 ? nan : within / (samples - 1);
  return result;
}

double variance_between_bins(const PerSampleGradients& gradients, const Tensor& bin, std::int64_t bins) {
  const Tensor rows = bin.masked_select(bin >= 0);
  const double samples = static_cast<double>(rows.size(0));
  if (samples < 2) return nan;
  const Tensor count = at::bincount(rows, {}, bins);
  const Tensor sums = group_norms(gradients, bin, bins).masked_select(count > 0);
  const double whole = group_norms(gradients, at::where(bin < 0, -1, 0), 1).item<double>();
  return ((sums / count.masked_select(count > 0)).sum().item<double>() - whole / samples) / (samples - 1);
}

}  // namespace weir
