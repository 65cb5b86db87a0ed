// plugins/metric/kl_normal.cpp -- Kullback-Leibler divergence of the normal law fitted to points from a law of known moments.
//
//   kl         = ( tr(S^-1 C) + (m - mu)^T S^-1 (m - mu) - D + log det S - log det C ) / 2
//                m, C  mean and covariance of the points;  mu, S  those of the target
//   corrected  = g kl - (g - 1) mean over b of the divergence without block b, of g: without the bias that falls as 1 / n
//
// Source   Kullback, Information theory and statistics (1959), chapter 9; of the marginals of a bridge between normal laws:
//          De Bortoli et al., arXiv 2106.01357, and Tong et al., arXiv 2307.03672.
// Oracle   by hand in one dimension; torch 2.11 torch.distributions.kl_divergence between MultivariateNormal; 0 for draws of the target
// Peers    torchcfm runner: KL of the Gaussian Schroedinger bridge, of diagonal fits
// Shapes   samples [n, item...] of D numbers, n > D; outputs are numbers
// Limits   in nats. kl is positive for draws of the target itself, by about (D^2 + 3 D) / (4 n); corrected scatters about 0 there. Points
//          within fewer than D dimensions have an infinite divergence: with a variance below 1e-13 of the largest, or of the target's.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"
#include "normal_fit.hpp"

namespace {

using weir::Tensor;

constexpr double none = 1e-13;  // what is this small beside the largest variance is round-off of zero
constexpr const char* missing = "; NaN where the divergence is infinite";

class KlNormal final : public weir::Metric {
  weir::Port<Tensor> samples_{this, "samples", "the points to judge"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::Moments>(),
                                   "law whose mean and covariance they should have"};
  weir::Param<std::int64_t> blocks_{this, "blocks", weir::absent, weir::at_least(2),
                                    "blocks of rows, each left out once for the error (default: 20, or half "
                                    "the points where there are fewer than 40)"};
  weir::Estimate kl_{this, "kl", "divergence of the normal fit from the target, in nats", "number of blocks",
                     missing};
  weir::Estimate corrected_{this, "corrected",
                            "kl without the bias that falls as 1 / n; NaN where kl is infinite",
                            "number of blocks", missing};

  // Of the target: mean, the inverse L^-1 of the Cholesky factor of its covariance.
  Tensor mean_, whiten_;
  std::int64_t count_ = 0;  // of blocks

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape &samples = samples_.shape(), &item = target_->shape();
    if (samples.empty() || weir::Shape(samples.begin() + 1, samples.end()) != item)
      return plan.fault("samples",
                        fmt::format("'{}' is a law of items [{}], and the samples are [{}]", target_->path(),
                                    fmt::join(item, ", "), fmt::join(samples, ", ")));
    const auto dim = std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>());
    const std::int64_t n = samples.front();
    count_ = blocks_.given() ? blocks_() : std::clamp<std::int64_t>(n / 2, 2, weir::most_blocks);
    const std::int64_t kept = n < count_ ? 0 : n - (n + count_ - 1) / count_;
    if (kept <= dim)
      return plan.fault(
          "samples",
          fmt::format("a covariance of {} coordinates needs more than {} points; of {}, without "
                      "one of {} blocks, there are {}",
                      dim, dim, n, count_, kept),
          "take more points");
    const weir::Moments moments = *weir::facet<weir::Moments>(*target_);
    mean_ = moments.mean.to(at::kDouble);
    const auto [factor, failed] = at::linalg_cholesky_ex(moments.covariance.to(at::kDouble));
    if (failed.item<int>() != 0)
      return plan.fault(
          "target",
          fmt::format("the covariance of '{}' has no inverse: any fit is infinitely far from it",
                      target_->path()),
          "take a target that spans all its dimensions");
    whiten_ = at::linalg_solve_triangular(factor, at::eye(dim, factor.options()), /*upper=*/false);
    kl_.plan();
    kl_.mean.reserve_reason();
    corrected_.plan();
  }

  void run(weir::Run& run) override {
    const Tensor x = samples_().detach().flatten(1).to(at::kDouble);
    const auto finite = at::isfinite(x).all(1).sum().item<std::int64_t>();
    if (finite < x.size(0))
      throw std::runtime_error(
          fmt::format("{} of the {} samples are NaN or infinite: see where they come from",
                      x.size(0) - finite, x.size(0)));
    // In coordinates where the target is standard the divergence is that of C and m from I and 0.
    const weir::NormalFits fits(at::mm(x - mean_, whiten_.t()), count_);
    const double whole = divergence(fits.all());
    std::vector<double> without;
    for (std::int64_t b = 0; b < count_; ++b) without.push_back(divergence(fits.without(b)));
    const weir::Blocks blocks(without);
    const bool known = std::isfinite(whole) && std::isfinite(blocks.mean());
    const double nan = std::numeric_limits<double>::quiet_NaN();
    kl_.set(whole, known ? blocks.se() : nan, blocks.count());
    corrected_.set(known ? blocks.corrected(whole) : nan, known ? blocks.se() : nan, blocks.count());
    if (std::isfinite(whole)) return;
    const std::string reason = "the points lie within fewer dimensions than the target";
    kl_.mean.reason(reason);
    run.warn("the divergence is infinite: " + reason);
  }

 private:
  static double divergence(const weir::NormalFit& fit) {
    const Tensor values = at::linalg_eigvalsh(fit.covariance);
    const double largest = std::max(1.0, values.max().item<double>());
    if ((values <= none * largest).any().item<bool>()) return std::numeric_limits<double>::infinity();
    return (values - 1 - values.log()).sum().item<double>() / 2 + fit.mean.square().sum().item<double>() / 2;
  }
};

}  // namespace

WEIR_PLUGIN(KlNormal, "Divergence of the normal law fitted to points from a law of known moments")
