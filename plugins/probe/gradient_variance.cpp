// plugins/probe/gradient_variance.cpp -- the variance of the loss gradient at training steps, exact over the step's batch.
//
//   total    tr Cov(g) = 1/(B-1) sum_i ||g_i - gbar||^2      g_i = grad_theta l_i, per sample: a batch's gradient has total / B
//   layer    the same over the parameters of each layer       total = sum over layers
//   part     the same over the parameters of the field, and over those of the objective's own networks, where there are both
//   bin      the same over the rows with t in each bin        pair   ||g_i||^2 of each row, with the pair's id
//            (where the objective draws times)
//
// Source   arXiv 2510.18118; per-sample norms without forming g_i, Goodfellow, arXiv 1510.01799.
// Oracle   one backward pass for each sample: at::var of those gradients in all, by layer, by bin and by owner; the closed form for
//          logistic regression; in the benchmark BackPACK 1.7.1's mean over batches (tools/bench/gradvar.py).
// Peers    BackPACK Variance, SumGradSquared and BatchL2Grad; Opacus grad_sample; without layers, bins or pairs
// Cost     a plain step of an MLP 256 x 3 at batch 256 takes 1.25 times as long with everything at every step, one of 64 x 3 1.7 times
//          (half of it the bins), and a third of a step more where total_se is taken
// Shapes   total, part/field, part/own [1]    layer [layers]    bin [bins]    pair, pair_id [batch]
// Limits   rows must be independent: refused on minibatch-OT couplings, whose rows share a plan. Where the target has no second
//          moment the variance is infinite, and what is written is of the batch alone: `total_reason` beside it says so.
#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/learn/probe.hpp>
#include <weir/math/variance/gradient_variance.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/time_bins.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class GradientVariance final : public weir::Probe {
  weir::Param<std::int64_t> bins_{this, "bins", 10, weir::at_least(1), "equal bins of t in (0, 1)"};
  weir::Param<std::int64_t> se_every_{
      this, "se_every", 10, weir::at_least(1),
      "total_se and total_n are taken at observed steps that are a multiple of this"};
  weir::Param<bool> pairs_{this, "pairs", true, "whether each row's own squared gradient norm is kept"};
  weir::Trace total_{this, "total", "1", "trace of the covariance of the per-sample gradients"};
  weir::Trace total_se_{
      this, "total_se", "1",
      "standard error of total, by the jackknife over rows; NaN below three rows, or for gradients without a "
      "fourth moment"};
  weir::Trace total_n_{
      this, "total_n", "1",
      "effective number of rows behind total_se, fewer than there are where few of them decide"};
  weir::Trace square_{this, "square", "1", "mean squared norm of the per-sample gradients"};
  weir::Trace layer_{this, "layer", "1", "total, by layer"};
  weir::TraceSet part_{
      this, "part", "1",
      "total, by whose parameters: field, and own of the objective's networks; where it has both"};
  weir::Trace bin_{this, "bin", "1",
                   "trace of the covariance among the rows of each time bin; NaN below two rows"};
  weir::Trace bin_n_{this, "bin_n", "1", "rows in each time bin", "int64"};
  weir::Trace pair_{this, "pair", "1", "squared gradient norm of each row"};
  weir::Trace pair_id_{this, "pair_id", "1", "pair of each row", "int64"};

 public:
  bool per_sample() const override { return true; }

  void plan_for(const weir::Training& training, weir::Plan& plan) override {
    if (training.objective.dependent_rows()) {
      plan.fault(
          "",
          "rows of one draw, of a minibatch-OT plan or with times in strata, depend on each other, so a "
          "per-sample variance over them is of something else",
          "measure batches: metric/gradient_variance with replicates, or take independent rows: fix the "
          "pairs with draw: {fixed: N}, write time: uniform");
      return;
    }
    if (training.batch < 2) {
      plan.fault("", fmt::format("a variance needs two rows; the batch has {}", training.batch));
      return;
    }
    const std::vector<std::string> layers = weir::layers_of(training.params);
    for (weir::Trace* trace : {&total_se_, &total_n_}) trace->plan({}, {});
    const bool timed = training.objective.takes_field();
    std::vector<weir::DatasetSpec*> variances{&total_.plan({}, {})};
    if (timed) variances.push_back(&weir::plan_bins(bin_, bins_()));
    for (weir::DatasetSpec* spec : variances) {
      spec->attributes["estimator"] = "per-sample tr Cov(g); the batch's gradient has 1/B of it";
      spec->attributes["ddof"] = "1";
    }
    weir::DatasetSpec& layer = layer_.plan({static_cast<std::int64_t>(layers.size())}, {"layer"});
    layer.attributes["layers"] = fmt::format("{}", fmt::join(layers, " "));
    const std::string infinite = weir::infinite_target(training.objective, /*power=*/2);
    variances.insert(variances.end(), {&layer, &square_.plan({}, {})});
    for (weir::DatasetSpec* spec : variances) weir::say_infinite(*spec, infinite);
    has_error_ = weir::infinite_target(training.objective, /*power=*/4).empty();
    if (timed) weir::plan_bins(bin_n_, bins_());
    weir::Rng rng = training.objective.rng().at("init");
    own_ = weir::layers_of(training.objective.init(rng));
    if (timed && !own_.empty()) part_.plan({"field", "own"});
    if (pairs_()) {
      pair_.plan({training.batch}, {"row"});
      pair_id_.plan({training.batch}, {"row"});
    }
  }

  void observe(const weir::TrainingStep& step) const override {
    const weir::VarianceEstimate estimate = weir::gradient_variance(*step.per_sample);
    total_.append(step.step, estimate.total.trace_cov);
    if (step.step % se_every_() == 0) {
      const weir::TraceCovError error = weir::trace_cov_error(*step.per_sample);
      total_se_.append(step.step, has_error_ ? error.se : std::numeric_limits<double>::quiet_NaN());
      total_n_.append(step.step, error.n);
    }
    square_.append(step.step, estimate.total.mean_square_norm);
    std::vector<double> layers;
    for (const auto& [name, layer] : estimate.layers) layers.push_back(layer.trace_cov);
    layer_.append(step.step, at::tensor(layers, at::kDouble));
    if (part_.planned()) {
      double field = 0, own = 0;
      for (const auto& [name, layer] : estimate.layers)
        (std::ranges::count(own_, name) > 0 ? own : field) += layer.trace_cov;
      part_.append(step.step, "field", field);
      part_.append(step.step, "own", own);
    }
    if (bin_.planned()) {
      const weir::BinnedVariance binned = weir::binned_variance(
          *step.per_sample, estimate.square_norms, weir::time_bins(step.sample["t"], bins_()), bins_());
      bin_.append(step.step, binned.trace_cov);
      bin_n_.append(step.step, binned.count);
    }
    if (pairs_()) {
      pair_.append(step.step, estimate.square_norms);
      pair_id_.append(step.step, step.sample.batch.id);
    }
  }

 private:
  bool has_error_ = true;         // from plan_for
  std::vector<std::string> own_;  // layers of the objective's networks; from plan_for
};

}  // namespace

WEIR_PLUGIN(GradientVariance,
            "Variance of the per-sample loss gradients: total, by layer, by time bin, by pair")
