// plugins/coupling/partial.cpp -- exact partial optimal transport: the share of the points that lie nearest is paired, the others are left out.
//
//   min over P >= 0   <P, C>,   P 1 <= 1/N,  P^T 1 <= 1/N,  1^T P 1 = n / N        C_ij = || x0_i - x1_j ||^2
//
//   n pairs of N = n / mass points of each end, to the nearest whole number: a least P has n entries 1/N and no others. It is the
//   assignment of N points and N - n more at each end that have no place: they take whoever is left out, at no cost.
//
// Source   Caffarelli, McCann, Ann. of Math. 171 (2010) 673-730; the points without a place: Chapel, Alaya, Gasso, arXiv 2002.08276.
// Oracle   POT 0.9.7 ot.partial.partial_wasserstein; all choices of pairs, tried one by one
// Peers    POT ot.partial.partial_wasserstein. torchcfm OTPlanSampler(method="partial") has no mass, and so pairs all: coupling/sinkhorn,
//          scale: none, pairs: plan
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   neither end has the law of its source, but for mass: 1 (facet KeptMarginals). (2N - n)^2 numbers for n pairs. Fresh draws: a plan
//          within each, whose rows therefore depend on each other (one unit).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/facets/kept_marginals.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "paired_ends.hpp"

namespace {

using weir::Tensor;
using How = weir::KeptMarginals::How;

class Partial final : public weir::PairedEnds {
  weir::Param<double> mass_{this, "mass", weir::required,
                            weir::Limits{.minimum = 0, .maximum = 1, .minimum_excluded = true},
                            "share of the points at each end that are paired"};
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the fixed pairs"};
  weir::Output<Tensor> gap_{this, "gap", "1",
                            "how far at most the cost lies above the optimum, from the dual variables"};
  weir::Output<Tensor> points_{this, "points", "1",
                               "number of points at each end that the pairs were chosen of", "int64"};
  weir::Facet<weir::KeptMarginals> kept_{this, [this]() -> std::optional<weir::KeptMarginals> {
                                           if (mass_() == 1) return std::nullopt;
                                           return weir::KeptMarginals{How::changed, How::changed};
                                         }};

 public:
  void plan(weir::Plan& plan) override {
    if (size()) {
      const double all = double(points_for(*size())), rows = 2 * all - double(*size());
      weir::plan_memory(
          plan, "draw", sizeof(double) * (rows * rows + all * all),
          fmt::format("partial transport of {} points holds the distance of each to each other: it",
                      points_for(*size())),
          "take fewer pairs, or a larger mass");
      for (const auto* end : {&source_, &target_}) {
        const auto count = (*end)->size();
        if (count && *size() <= *count && points_for(*size()) > *count)
          plan.fault(
              "mass",
              fmt::format(
                  "{} fixed pairs of mass {:.6g} are chosen of {} distinct items, but {} '{}' holds {}",
                  *size(), mass_(), points_for(*size()), end->name(), (*end)->path(), *count),
              fmt::format("at most {{fixed: {}}}", std::int64_t(std::floor(mass_() * double(*count)))));
      }
    }
    plan_ends(plan);
    if (!size()) return;
    cost_.plan({}, {});
    gap_.plan({}, {});
    points_.plan({}, {});
  }

  void run(weir::Run& run) override {
    if (!size()) return;
    const Ends ends = drawn(points_for(*size()), this->rng().at("pairs"));
    if (state_.empty()) {
      state_ = chosen(ends, *size(), [&](std::int64_t done, std::int64_t total) {
        if (run.stop_requested()) throw weir::Stopped();
        run.progress(done, total, {});
      });
      run.checkpoint([this] { return state_; }, true);
    }
    keep_ends(paired(ends, state_.at("rows"), state_.at("columns")));
    cost_.set(state_.at("cost"));
    gap_.set(state_.at("gap"));
    points_.set(at::scalar_tensor(points_for(*size()), at::kLong));
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Ends ends = drawn(points_for(n), rng);
    const weir::State state = chosen(ends, n, {});
    return one_unit(paired(ends, state.at("rows"), state.at("columns")));
  }

 private:
  std::int64_t points_for(std::int64_t n) const { return std::llround(double(n) / mass_()); }

  static weir::State chosen(const Ends& ends, std::int64_t n, const weir::AssignmentProgress& progress) {
    const Tensor costs = weir::SquaredDistances(ends.x1.x).from(ends.x0.x);
    const std::int64_t all = costs.size(0), more = all - n;
    Tensor wider = at::zeros({all + more, all + more}, costs.options());
    wider.narrow(0, 0, all).narrow(1, 0, all).copy_(costs);
    // Two points without a place must not take each other: that would be one more pair than n, and no pair costs less than 0.
    if (more > 0) wider.narrow(0, all, more).narrow(1, all, more).fill_(1 + costs.max().item<double>());
    const weir::Assignment best = weir::solve(wider, progress);
    const Tensor of_points = best.permutation.narrow(0, 0, all),
                 rows = at::nonzero(of_points < all).flatten();
    const auto per_pair = [&](double sum) { return at::scalar_tensor(sum / double(n), at::kDouble); };
    return {{"rows", rows},
            {"columns", of_points.index_select(0, rows)},
            {"cost", per_pair(best.cost)},
            {"gap", per_pair(best.gap)}};
  }

  weir::State state_;  // points are drawn again from their address
};

}  // namespace

WEIR_PLUGIN(Partial, "Exact partial optimal transport: a share of the points is paired")
