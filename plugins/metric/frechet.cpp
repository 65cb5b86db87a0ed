// plugins/metric/frechet.cpp -- Frechet distance of the normal laws fitted to two sets of points.
//
//   frechet    = | m_x - m_y |^2 + tr( C_x + C_y - 2 (C_x^(1/2) C_y C_x^(1/2))^(1/2) )          m, C  mean and covariance of each side
//   mean_part  = | m_x - m_y |^2
//   corrected  = g frechet - (g - 1) mean over b of the distance without block b, of g: without the bias that falls as 1 / n
//
// It is the squared 2-Wasserstein distance of the two normal laws. Of the features of a network, metric/features, it is what papers call
// FID; of pixels and coordinates themselves it stands as it is.
//
// Source   Dowson, Landau, J. Multivariate Anal. 12 (1982) 450-455; Heusel et al., arXiv 1706.08500 (of features); bias of FID, and its
//          removal by what n it is of: Chong, Forsyth, arXiv 1911.07023.
// Oracle   the closed form of laws whose covariances commute; POT 0.9.7 ot.gaussian.bures_wasserstein_distance, squared
// Peers    torchcfm, flow_matching and rectified-flow call cleanfid or torchmetrics FrechetInceptionDistance; POT
//          ot.gaussian.empirical_bures_wasserstein_distance, which is its root
// Shapes   samples, points [n, item...] of D numbers; outputs are numbers
// Limits   frechet is positive for equal laws, by about D^2 / n at unit variance; corrected scatters about 0 there and may be negative.
//          blocks + 1 eigendecompositions of two D x D matrices. Laws of equal means and covariances have distance 0, whatever else they are.
#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"
#include "normal_fit.hpp"

namespace {

using weir::NormalFit;
using weir::Tensor;

double mean_part(const NormalFit& x, const NormalFit& y) {
  return (x.mean - y.mean).square().sum().item<double>();
}

double distance(const NormalFit& x, const NormalFit& y) {
  const auto [values, vectors] = at::linalg_eigh(x.covariance);
  const Tensor root = at::mm(vectors * values.clamp_min(0).sqrt(), vectors.t());
  const Tensor between = at::linalg_eigvalsh(at::mm(at::mm(root, y.covariance), root));
  const Tensor cross = between.clamp_min(0).sqrt().sum();
  const Tensor traces = x.covariance.trace() + y.covariance.trace();
  return mean_part(x, y) + std::max(0.0, (traces - 2 * cross).item<double>());
}

class Frechet final : public weir::Comparison {
  weir::Param<std::int64_t> blocks_{this, "blocks", weir::absent, weir::at_least(2),
                                    "blocks of rows, each left out once for the error (default: 20, or half "
                                    "the points where there are fewer than 40)"};
  weir::Estimate frechet_{this, "frechet", "squared Frechet distance of the normal fits", "number of blocks"};
  weir::Output<Tensor> mean_part_{this, "mean_part", "1", "squared distance of the means, a part of frechet"};
  weir::Estimate corrected_{this, "corrected", "frechet without the bias that falls as 1 / n",
                            "number of blocks"};

  std::int64_t count_ = 0;  // of blocks

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t n = plan_sides(plan, 4);
    if (n == 0) return;
    count_ = blocks_.given() ? blocks_() : std::min(weir::most_blocks, n / 2);
    if (n < 2 * count_)
      return plan.fault("blocks",
                        fmt::format("{} blocks of {} points hold fewer than two points each", count_, n),
                        fmt::format("write blocks: {}", n / 2));
    const weir::Shape& shape = static_cast<const weir::Port<Tensor>&>(*port("samples")).shape();
    double size = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) size *= static_cast<double>(shape[i]);
    constexpr double at_once =
        9;  // covariances of both sides, all and without a block, root, vectors, products
    weir::plan_memory(plan, "samples", at_once * sizeof(double) * size * size,
                      fmt::format("the covariance of {:.0f} coordinates", size),
                      "compare features: metric/features");
    frechet_.plan();
    mean_part_.plan({}, {});
    corrected_.plan();
  }

  void run(weir::Run& run) override {
    const auto [x, y] = sides();
    const weir::NormalFits of_x(x, count_), of_y(y, count_);
    const double whole = distance(of_x.all(), of_y.all());
    std::vector<double> without;
    for (std::int64_t b = 0; b < count_; ++b) {
      if (run.stop_requested()) throw weir::Stopped();
      without.push_back(distance(of_x.without(b), of_y.without(b)));
      run.progress(b + 1, count_, {});
    }
    const weir::Blocks blocks(without);
    frechet_.set(whole, blocks.se(), blocks.count());
    mean_part_.set(at::scalar_tensor(mean_part(of_x.all(), of_y.all()), at::kDouble));
    corrected_.set(blocks.corrected(whole), blocks.se(), blocks.count());
  }
};

}  // namespace

WEIR_PLUGIN(Frechet, "Frechet distance of the normal laws fitted to two sets of points")
