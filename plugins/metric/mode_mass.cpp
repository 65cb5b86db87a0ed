// plugins/metric/mode_mass.cpp -- which share of the points lies at each mode of a mixture.
//
//   mode of x   the k that is likeliest: argmax_k log w_k + log N(x; m_k, diag s_k^2), if x is near it:
//               ( (1/D) sum_d ((x_d - m_kd) / s_kd)^2 )^(1/2) <= reach, else none
//   share_k = share of the points whose mode is k        outside = share of those that have none
//   least   = smallest share                             least_se = sqrt(p (1 - p) / n), p = (n least + 2) / (n + 4)
//   total_variation = ( sum_k | share_k - w_k | + outside ) / 2
//
// Source   modes counted as in Lin, Khetan, Fanti, Oh, PacGAN, arXiv 1712.04086, section 4.1: within 3 standard deviations of the nearest;
//          p of the error: Agresti, Coull, Am. Stat. 52 (1998).
// Oracle   eight points counted by hand; weights of the law itself from 20000 of its points; the border between two modes by hand.
// Peers    none
// Shapes   generated [n, item...] of D numbers; share [mode]; the others are numbers
// Limits   of modes that overlap the shares are not the weights even for points of the law itself, of which outside is 0.003 for reach: 3
//          and D = 1. The least of several shares lies below its own mean; least_se knows nothing of that.
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class ModeMass final : public weir::Metric {
  weir::Port<Tensor> generated_{this, "generated", "points, such as the ends of a flow"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::MixtureLaw>(),
                                   "the mixture, as source/mixture"};
  weir::Param<double> reach_{this, "reach", 3, weir::positive,
                             "standard deviations within which a point belongs to its mode"};
  weir::Output<Tensor> share_{this, "share", "1", "share of the points at each mode"};
  weir::Output<Tensor> outside_{this, "outside", "1", "share of the points at no mode"};
  weir::Output<Tensor> least_{this, "least", "1", "smallest share of a mode"};
  weir::Output<Tensor> least_se_{this, "least_se", "1", "standard error of that share over the points"};
  weir::Output<Tensor> least_n_{this, "least_n", "1", "number of points", "int64"};
  weir::Output<Tensor> variation_{this, "total_variation", "1",
                                  "total variation between the shares and the mixture's weights"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& points = generated_.shape();
    if (points.empty() || weir::Shape(points.begin() + 1, points.end()) != target_->shape())
      return plan.fault("generated",
                        fmt::format("points of [{}] are not of '{}', whose are [{}]", fmt::join(points, ", "),
                                    target_->path(), fmt::join(target_->shape(), ", ")));
    share_.plan({law().weight.size(0)}, {"mode"});
    for (auto* output : {&outside_, &least_, &least_se_, &least_n_, &variation_}) output->plan({}, {});
  }

  void run(weir::Run&) override {
    const weir::MixtureLaw law = this->law();
    const Tensor x = generated_().flatten(1).to(law.mean.options());
    const std::int64_t n = x.size(0), modes = law.weight.size(0);
    std::vector<Tensor> chances, distances;
    for (std::int64_t k = 0; k < modes; ++k) {
      const Tensor variance = law.variance[k], squares = (x - law.mean[k]).square() / variance;
      chances.push_back(law.weight[k].log() - (squares + variance.log()).sum(1) / 2);
      distances.push_back(squares.mean(1).sqrt());
    }
    const Tensor mode = at::stack(chances).argmax(0);
    const Tensor near = at::stack(distances).gather(0, mode.unsqueeze(0)).squeeze(0) <= reach_();
    const Tensor share = at::bincount(mode.masked_select(near), {}, modes).to(at::kDouble) / double(n);
    const Tensor outside = 1 - share.sum(), least = share.min();
    share_.set(share);
    outside_.set(outside);
    least_.set(least);
    least_se_.set(at::scalar_tensor(weir::share_se(least.item<double>(), double(n)), at::kDouble));
    least_n_.set(at::scalar_tensor(n, at::kLong));
    variation_.set(((share - law.weight).abs().sum() + outside) / 2);
  }

 private:
  weir::MixtureLaw law() const { return *weir::facet<weir::MixtureLaw>(*target_); }
};

}  // namespace

WEIR_PLUGIN(ModeMass, "Share of the points at each mode of a mixture")
