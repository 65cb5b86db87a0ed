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
// Source   Tong et al., arXiv 2302.00482; Pooladian et al., arXiv 2304.14772 (minibatch OT); Jonker, Volgenant 1987. Condition weight:
//          Chemseddine, Hagemann, Wald, Steidl, arXiv 2403.18705, and their code, which tells y_i.
// Oracle   the cheapest of all permutations of six points, and the order of points on a line; the bound of the dual variables; costs of
//          scipy.optimize.linear_sum_assignment (tests/math/assignment.test.cpp); min(1, beta^2 e^2) of two points that change places.
// Peers    torchcfm OTPlanSampler(method="exact") (samples its plan with replacement) and ExactOptimalTransportConditionalFlowMatcher;
//          POT ot.emd; torchebm exact_ot; C2OT c2ot (condition weight); lucidrains/rectified-flow-pytorch immiscible (distances that are
//          not squared)
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   fixed pairs: one assignment of all N, N^2 numbers in memory. Fresh: an assignment within each draw, whose rows therefore
//          depend on each other (one unit). Always a permutation: no pair is drawn twice or left out. With a finite condition weight x1
//          is not quite of the law given y: the pairs' y_i and y_p(i) differ.
#include <fmt/format.h>

#include <weir/kinds/facets/independent_context.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ot final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Port<weir::Source> target_{this, "target", "where x1 comes from"};
  weir::Param<double> condition_weight_{this, "condition_weight", weir::absent, weir::positive,
                                        "beta, by which differences of the measurement count beside those "
                                        "of the points; without it they do not"};
  weir::Output<Tensor> y_{this, "y", "1", "what fixed pairs are told, where the target is measured"};
  weir::Output<Tensor> cost_{this, "cost", "1",
                             "mean squared distance of the fixed pairs, with that of their measurements"};
  weir::Output<Tensor> gap_{this, "gap", "1",
                            "how far at most the cost lies above the optimum, from the dual variables"};
  // With the weight y stays that of the pair's own place.
  weir::Facet<weir::IndependentContext> independent_context_{
      this, [this]() -> std::optional<weir::IndependentContext> {
        if (!condition_weight_.given()) return {};
        return weir::IndependentContext{{"y"}};
      }};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, &target_);
    const auto measured = weir::facet<weir::Measurement>(*target_);
    if (condition_weight_.given() && !measured)
      plan.fault("condition_weight",
                 "a condition weight is of what is measured of the target, and nothing is measured of '" +
                     target_->path() + "'",
                 "use target: {plugin: source/measured, of: ...}, or remove condition_weight");
    if (size())
      weir::plan_memory(
          plan, "draw", matrix_bytes(*size()),
          fmt::format("optimal transport of {} pairs holds the distance of each point to each other: it",
                      *size()),
          "take fewer pairs, or draw: fresh, which matches each batch");
    plan_outputs();
    if (size() && measured)
      y_.plan(weir::rows_of(*size(), measured->shape), weir::dims_of("pair", measured->shape));
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
    keep(matched(ends, state_.at("permutation")));
    if (y_.planned()) y_.set(all().context.at("y"));
    cost_.set(state_.at("cost"));
    gap_.set(state_.at("gap"));
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  weir::Shape shape() const override { return source_->shape(); }
  const weir::Source* set_of(int end) const override { return finite(end == 0 ? *source_ : *target_); }
  std::map<std::string, weir::Domain::Entry> context() const override {
    auto told = labels_of(*target_);
    if (const auto measured = weir::facet<weir::Measurement>(*target_))
      told["y"] = {.shape = measured->shape};
    return told;
  }
  bool dependent_rows() const override { return !size(); }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Ends ends = drawn(n, rng);
    weir::Batch batch = matched(ends, solved(ends).permutation);
    batch.unit = at::zeros_like(batch.unit);
    return batch;
  }

 private:
  // Of a condition two matrices of float64, and their sum.
  double matrix_bytes(std::int64_t n) const {
    if (!condition_weight_.given()) return weir::match_bytes(n);
    return 3.0 * sizeof(double) * static_cast<double>(n) * static_cast<double>(n);
  }

  struct Ends {
    Points x0, x1;
    Tensor y;  // of x1, undefined where nothing is measured
  };

  Ends drawn(std::int64_t n, const weir::Rng& rng) const {
    Ends ends{points_of(*source_, n, rng.at("source")), points_of(*target_, n, rng.at("target")), {}};
    if (const auto measured = weir::facet<weir::Measurement>(*target_)) {
      weir::Rng noise = rng.at("measurement");
      ends.y = measured->of(ends.x1.x, noise);
    }
    return ends;
  }

  weir::Assignment solved(const Ends& ends, const weir::AssignmentProgress& progress = {}) const {
    if (!condition_weight_.given()) return weir::match(ends.x0.x, ends.x1.x, progress);
    const auto distances = [](const Tensor& x, const Tensor& y) { return weir::SquaredDistances(y).from(x); };
    const double beta = condition_weight_();
    return weir::solve(distances(ends.x0.x, ends.x1.x) + beta * beta * distances(ends.y, ends.y), progress);
  }

  weir::Batch matched(const Ends& ends, const Tensor& permutation) const {
    const Tensor partner = permutation.to(ends.x1.x.device());
    weir::Batch batch = batch_of(ends.x0, ends.x1.rows(partner));
    if (ends.y.defined())
      batch.context["y"] = condition_weight_.given() ? ends.y : ends.y.index_select(0, partner);
    return batch;
  }

  weir::State state_;  // the assignment: points are drawn again from their address
};

}  // namespace

WEIR_PLUGIN(Ot, "Exact optimal transport pairing, of the whole set or within each batch")
