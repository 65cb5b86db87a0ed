// core/math/variance/gradient_variance.hpp -- the variance of per-sample gradients: in all, per layer, per bin.
//
//   tr Cov(g) = 1 / (B - 1) sum_i ||g_i - gbar||^2          g_i the gradient of sample i's own loss, gbar their mean
//
// Everything here is per sample. The gradient of a mini-batch of B independent samples has variance tr Cov(g) / B. Samples
// that depend on each other (one minibatch OT plan) make these estimates of something else; say so where they are used.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <weir/math/autograd/tape.hpp>

namespace weir {

// An estimate of tr Cov(g) from n samples. Numbers that n is too small for are NaN.
struct TraceCov {
  double trace_cov = 0;  // unbiased, never clamped
  std::int64_t n = 0;
  double mean_square_norm = 0;  // mean ||g_i||^2
  double norm_of_mean2 = 0;     // ||gbar||^2, biased upwards by tr Cov(g) / n
};

struct VarianceEstimate {
  TraceCov total;
  std::vector<std::pair<std::string, TraceCov>> layers;
  Tensor square_norms;  // ||g_i||^2 over all layers, [B] float64: what each pair of the batch contributes
};

// From mean ||g_i||^2 - ||gbar||^2 where gbar is at hand and that difference keeps more than three digits (spread above 1e-3
// of mean ||g_i||^2); else, layer by layer, from the centred norms ||g_i - gbar||^2, in which nothing cancels.
VarianceEstimate gradient_variance(const PerSampleGradients& gradients);

// The error of an estimate of tr Cov(g) from n independent samples, by the jackknife: with a_i = ||g_i - gbar||^2 and S = sum_i a_i
// the estimate without sample i is T_i = (S - n / (n - 1) a_i) / (n - 2). It is overstated where n is small, by
//
//   E se^2 = V / n + 4 F / (n (n - 2)),   Var = V / n + 2 F / (n (n - 1))     V = Var ||g - E g||^2, F = ||Cov(g)||_F^2
//
// for normal g by a factor of (n - 1) / (n - 2). Two samples have one distance and tell nothing of its spread.
struct TraceCovError {
  double se = 0;  // NaN below three samples
  double n = 0;   // effective: Student's t with n - 1 degrees of freedom; 1 below three samples
};
TraceCovError trace_cov_error(const Tensor& centred_norms);  // the a_i, [n] float64
// The same of the total over all layers. It takes one matrix product per linear layer, about a third of a training step, where the
// estimate itself takes almost nothing.
TraceCovError trace_cov_error(const PerSampleGradients& gradients);

// The variance resolved by a bin for each sample (of t). With m_k samples in bin k, S_k = ||sum of g_i in k||^2:
//
//   trS_k   = (sum of ||g_i||^2 in k - S_k / m_k) / (m_k - 1)
//   within  = sum_k (m_k - 1) trS_k / (B - 1)
//   between = sum_k m_k ||gbar_k - gbar||^2 / (B - 1)         within + between = tr Cov(g), B the samples in a bin
//
// Where the difference would lose more than three digits (trS_k < 1e-3 mean ||g_i||^2), the centred form replaces it.
struct BinnedVariance {
  Tensor trace_cov;         // [K] float64, NaN in bins of fewer than two samples
  Tensor mean_square_norm;  // [K] float64, NaN in empty bins
  Tensor count;             // [K] int64
  double within = 0;
  std::int64_t unresolved = 0;  // bins of fewer than two samples
  std::int64_t negative = 0;    // estimates below zero, by round-off; they are not clamped
};
// `square_norms` as gradient_variance gives them; `bin` int64 [B] with values 0..bins-1, -1 for a sample in no bin.
BinnedVariance binned_variance(const PerSampleGradients& gradients, const Tensor& square_norms,
                               const Tensor& bin, std::int64_t bins);
double variance_between_bins(const PerSampleGradients& gradients, const Tensor& bin, std::int64_t bins);

}  // namespace weir
