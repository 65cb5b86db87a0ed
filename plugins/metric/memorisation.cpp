// plugins/metric/memorisation.cpp -- does a flow give back the training pairs?
//
//   e_i = end of the flow from x0_i          own_i     = | e_i - x1_i |            distance to its own partner
//   ot_i = | e_i - y_i |,  y_i the partner   nearest_i = min_j | e_i - x1_j |      distance to the nearest training target
//   under optimal transport, where known     share     = share of pairs with own_i = nearest_i (recall)
//   ratio_i = nearest_i / second nearest_i   copied    = share of pairs with ratio_i < 1/3
//   share_se  = sqrt(p (1 - p) / n), p = (n share + 2) / (n + 4): not zero where all pairs or none are recalled
//   partner_i = the j of the nearest target: (i, partner_i) is the matrix of the coupling that the flow gives back
//
// Source   Reu, Dromigny, Bronstein, Vargas, arXiv 2510.18118, tables 1 to 3 (L2 distances over all coordinates, not squared);
//          the ratio and its 1/3: Yoon, Choi, Kwon, Ryu, "Diffusion probabilistic models generalize when they fail to
//          memorize", ICML 2023 workshop on structured probabilistic inference; p of the error: Agresti, Coull, Am. Stat. 52 (1998).
// Oracle   three points by hand; all distances of 90 images at once, whatever the chunk; targets that occur twice.
// Peers    none
// Shapes   generated, ot [pair, item...]; own, nearest, ratio, partner, ot [pair]; share, share_se, share_n, copied: numbers
// Limits   a tie counts as own; ratio, which needs two pairs, is 1 between equal targets. share_se is the error over
//          pairs of one trained model; the spread over trainings is seen over seeds. Row i of `generated` must have started at x0_i.
#include <vector>

#include <fmt/ranges.h>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Memorisation final : public weir::Metric {
  weir::Port<Tensor> generated_{this, "generated",
                                "ends of the flow from each pair's x0, in the pairs' order"};
  weir::Port<weir::Coupling> pairs_{this, "pairs", "the fixed pairs of the training"};
  weir::Port<Tensor> ot_partner_{this, "ot", weir::optional,
                                 "each pair's partner under optimal transport, as shuffled.ot"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1),
                                   "rows whose distances are held in memory together"};
  weir::Output<Tensor> own_{this, "own", "1", "distance of each end to its own partner"};
  weir::Output<Tensor> nearest_{this, "nearest", "1", "distance of each end to the nearest training target"};
  weir::Output<Tensor> ot_{this, "ot", "1", "distance of each end to the partner under optimal transport"};
  weir::Output<Tensor> ratio_{this, "ratio", "1",
                              "distance to the nearest training target over that to the second"};
  weir::Output<Tensor> partner_{this, "partner", "1", "pair whose target is the nearest", "int64"};
  weir::Output<Tensor> share_{this, "share", "1",
                              "share of pairs whose own partner is the nearest training target"};
  weir::Output<Tensor> share_se_{this, "share_se", "1", "standard error of share over the pairs"};
  weir::Output<Tensor> share_n_{this, "share_n", "1", "number of pairs", "int64"};
  weir::Output<Tensor> copied_{this, "copied", "1", "share of pairs with a ratio below 1/3"};

 public:
  void plan(weir::Plan& plan) override {
    const auto n = pairs_->size();
    if (!n) {
      return plan.fault(
          "pairs",
          fmt::format("only fixed pairs can be memorised; coupling '{}' draws new ones each time",
                      pairs_->path()),
          *pairs_, "draw", "its pairs are said here to be drawn fresh");
    }
    const weir::Shape wanted = weir::rows_of(*n, pairs_->shape());
    for (const auto* port : {&generated_, &ot_partner_}) {
      if (!port->bound() || port->shape() == wanted) continue;
      plan.fault(port->name(),
                 fmt::format("{} must have a row for each pair: [{}] is needed, it is [{}]", port->name(),
                             fmt::join(wanted, ", "), fmt::join(port->shape(), ", ")));
    }
    own_.plan({*n}, {"pair"});
    nearest_.plan({*n}, {"pair"});
    if (ot_partner_.bound()) ot_.plan({*n}, {"pair"});
    partner_.plan({*n}, {"pair"});
    if (*n > 1) {
      ratio_.plan({*n}, {"pair"});
      copied_.plan({}, {});
    }
    share_.plan({}, {});
    share_se_.plan({}, {});
    share_n_.plan({}, {});
  }

  void run(weir::Run& run) override {
    const Tensor ends = generated_(), targets = pairs_->all().x1();
    const std::int64_t n = ends.size(0);
    const weir::SquaredDistances to(targets);
    const Tensor own = weir::paired_squared_distances(ends, targets);
    Tensor nearest = at::empty_like(own), second = at::empty_like(own);
    Tensor partner = at::empty({n}, own.options().dtype(at::kLong));
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(first, n, {});
      const std::int64_t count = std::min(chunk_(), n - first);
      const Tensor rows = ends.narrow(0, first, count);
      // The two nearest by a matrix product, their distances from the differences: equal targets give equal numbers.
      const Tensor best =
          std::get<1>(to.from(rows).topk(std::min<std::int64_t>(n, 2), 1, /* largest = */ false));
      std::vector<Tensor> distances;
      for (const Tensor& column : best.unbind(1))
        distances.push_back(weir::paired_squared_distances(rows, targets.index_select(0, column)));
      const auto [sorted, order] = at::stack(distances, 1).sort(1);
      nearest.narrow(0, first, count).copy_(sorted.select(1, 0));
      if (n > 1) second.narrow(0, first, count).copy_(sorted.select(1, 1));
      partner.narrow(0, first, count).copy_(best.gather(1, order).select(1, 0));
    }
    const Tensor mine = own <= nearest;
    partner = at::where(mine, at::arange(n, partner.options()), partner);
    nearest = at::minimum(nearest, own);
    const double share = mine.to(at::kDouble).mean().item<double>();
    own_.set(own.sqrt());
    nearest_.set(nearest.sqrt());
    if (ot_partner_.bound()) ot_.set(weir::paired_squared_distances(ends, ot_partner_()).sqrt());
    partner_.set(partner);
    if (n > 1) {
      const Tensor ratio = at::where(second > 0, (nearest / second).sqrt(), at::ones_like(second));
      ratio_.set(ratio);
      copied_.set((ratio < 1.0 / 3).to(at::kDouble).mean());
    }
    share_.set(at::scalar_tensor(share, at::kDouble));
    share_se_.set(at::scalar_tensor(weir::share_se(share, static_cast<double>(n)), at::kDouble));
    share_n_.set(at::scalar_tensor(n, at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(Memorisation, "Recall of the training pairs, and distances to own, nearest and OT partner")
