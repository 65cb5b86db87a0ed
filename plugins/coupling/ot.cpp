// plugins/coupling/ot.cpp -- exact optimal transport between two sets of points.
//
//   p = argmin over permutations  sum_i || x0_i - x1_p(i) ||^2         pairs (x0_i, x1_p(i))
//   gap = (cost of p - lower bound of its dual variables) / N >= 0     p is optimal to within the gap
//
// Of a target that is measured (source/measured) the batch has a context `y`: that of x1_p(i), of which x0_i then knows something that a
// flow from fresh points does not. With a condition weight beta instead
//
//   p = argmin over permutations  sum_i || x0_i - x1_p(i) ||^2 + beta^2 || y_i - y_p(i) ||^2         y_i the measurement of x1_i
//
// and a pair is told y_i, which x0_i knows nothing of: as beta grows, optimal transport of the laws given y, where y does not move.
//
// Of a target with classes each pair is told that of its x1, and without more x0_i knows of it, too. With within_classes x1_i gives its class
// to x0_i, and p goes over the permutations that leave every class as it is: x0 is of the source's law in each of them.
//
// Source   Tong et al., arXiv 2302.00482; Pooladian et al., arXiv 2304.14772 (minibatch OT); Jonker, Volgenant 1987. Condition weight:
//          Chemseddine, Hagemann, Wald, Steidl, arXiv 2403.18705, and their code, which tells y_i. Within classes: Cheng, Schwing, arXiv 2503.10636.
// Oracle   the cheapest of all permutations of six points, and the order of points on a line; the bound of the dual variables; costs of
//          scipy.optimize.linear_sum_assignment (tests/math/assignment.test.cpp); min(1, beta^2 e^2) of two points that change places.
// Peers    torchcfm OTPlanSampler(method="exact") (samples its plan with replacement) and ExactOptimalTransportConditionalFlowMatcher;
//          POT ot.emd; torchebm exact_ot; C2OT OTConditionalPlanSampler (condition weight; within_classes is a large one);
//          lucidrains/rectified-flow-pytorch immiscible (distances that are not squared)
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   fixed pairs: one assignment of all N, N^2 numbers in memory. Fresh: an assignment within each draw, whose rows therefore
//          depend on each other (one unit). Always a permutation: no pair is drawn twice or left out. With a finite condition weight x1
//          is not quite of the law given y: the pairs' y_i and y_p(i) differ.
#include <fmt/format.h>

#include <weir/kinds/facets/independent_context.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "paired_ends.hpp"

namespace {

using weir::Tensor;

class Ot final : public weir::PairedEnds {
  weir::Param<double> condition_weight_{this, "condition_weight", weir::absent, weir::positive,
                                        "beta, by which differences of the measurement count beside those "
                                        "of the points; without it they do not"};
  weir::Param<bool> within_classes_{this, "within_classes", false,
                                    "whether points are paired within the target's classes only"};
  weir::Output<Tensor> cost_{this, "cost", "1",
                             "mean squared distance of the fixed pairs, with that of their measurements"};
  weir::Output<Tensor> gap_{this, "gap", "1",
                            "how far at most the cost lies above the optimum, from the dual variables"};
  // With the weight y stays that of the pair's own place, and within classes the class.
  weir::Facet<weir::IndependentContext> independent_context_{
      this, [this]() -> std::optional<weir::IndependentContext> {
        if (condition_weight_.given()) return weir::IndependentContext{{"y"}};
        if (within_classes_()) return weir::IndependentContext{{"label"}};
        return {};
      }};

 public:
  void plan(weir::Plan& plan) override {
    if (condition_weight_.given() && !weir::facet<weir::Measurement>(*target_))
      plan.fault("condition_weight",
                 "a condition weight is of what is measured of the target, and nothing is measured of '" +
                     target_->path() + "'",
                 "use target: {plugin: source/measured, of: ...}, or remove condition_weight");
    if (within_classes_() && !target_->classes())
      plan.fault("within_classes", "'" + target_->path() + "' has no classes to pair points within",
                 "use a target with labels, or remove within_classes");
    if (within_classes_() && condition_weight_.given())
      plan.fault("within_classes", "points are paired within classes, or beside a condition weight, not both",
                 "keep one of the two");
    if (size())
      weir::plan_memory(
          plan, "draw", matrix_bytes(*size()),
          fmt::format("optimal transport of {} pairs holds the distance of each point to each other: it",
                      *size()),
          "take fewer pairs, or draw: fresh, which matches each batch");
    plan_ends(plan);
    if (size()) {
      cost_.plan({}, {});
      gap_.plan({}, {});
    }
  }

  void run(weir::Run& run) override {
    const auto n = size();
    if (!n) return;
    const Ends ends = drawn(*n, this->rng().at("pairs"));
    if (state_.empty()) {
      const weir::Assignment best = solved(ends, [&](std::int64_t done, std::int64_t total) {
        if (run.stop_requested()) throw weir::Stopped();
        run.progress(done, total, {});
      });
      const auto per_pair = [&](double sum) {
        return at::scalar_tensor(sum / static_cast<double>(*n), at::kDouble);
      };
      state_ = {
          {"permutation", best.permutation}, {"cost", per_pair(best.cost)}, {"gap", per_pair(best.gap)}};
      run.checkpoint([this] { return state_; }, true);
    }
    keep_ends(matched(ends, state_.at("permutation")));
    cost_.set(state_.at("cost"));
    gap_.set(state_.at("gap"));
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Ends ends = drawn(n, rng);
    return one_unit(matched(ends, solved(ends).permutation));
  }

 private:
  // Of a condition two matrices of float64, and their sum.
  double matrix_bytes(std::int64_t n) const {
    if (!condition_weight_.given()) return weir::match_bytes(n);
    return 3.0 * sizeof(double) * static_cast<double>(n) * static_cast<double>(n);
  }

  weir::Assignment solved(const Ends& ends, const weir::AssignmentProgress& progress = {}) const {
    if (within_classes_()) return solved_within(ends, progress);
    if (!condition_weight_.given()) return weir::match(ends.x0.x, ends.x1.x, progress);
    const auto distances = [](const Tensor& x, const Tensor& y) { return weir::SquaredDistances(y).from(x); };
    const double beta = condition_weight_();
    return weir::solve(distances(ends.x0.x, ends.x1.x) + beta * beta * distances(ends.y, ends.y), progress);
  }

  // The assignments of all classes as one: of the permutations that leave each as it is, the cheapest.
  weir::Assignment solved_within(const Ends& ends, const weir::AssignmentProgress& progress) const {
    const std::int64_t n = ends.x0.x.size(0);
    weir::Assignment whole;
    whole.permutation = at::empty({n}, at::kLong);
    for (std::int64_t label = 0, done = 0; label < *target_->classes(); ++label) {
      const Tensor rows = at::nonzero(ends.x1.label == label).flatten(), on_host = rows.to(at::kCPU);
      if (rows.numel() == 0) continue;
      const weir::Assignment part =
          weir::match(ends.x0.x.index_select(0, rows), ends.x1.x.index_select(0, rows),
                      [&](std::int64_t matched, std::int64_t) {
                        if (progress) progress(done + matched, n);
                      });
      whole.permutation.index_copy_(0, on_host, on_host.index_select(0, part.permutation));
      whole.cost += part.cost, whole.gap += part.gap;
      done += rows.numel();
    }
    return whole;
  }

  weir::Batch matched(const Ends& ends, const Tensor& permutation) const {
    weir::Batch batch = paired(ends, at::arange(permutation.size(0), at::kLong), permutation);
    if (condition_weight_.given()) batch.context["y"] = ends.y;
    return batch;
  }

  weir::State state_;  // the assignment: points are drawn again from their address
};

}  // namespace

WEIR_PLUGIN(Ot, "Exact optimal transport pairing, of the whole set or within each batch")
