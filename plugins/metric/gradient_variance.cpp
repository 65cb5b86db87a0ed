// plugins/metric/gradient_variance.cpp -- the variance of the loss gradient at a fixed field, by Monte Carlo.
//
//   total        mean over R replicates of tr Cov(g) = 1/(B-1) sum_i ||g_i - gbar||^2, g_i = grad_theta l_i per sample
//   replicated   B / (R-1) sum_r ||gbar_r - mean gbar||^2: the same number from the spread of R batch gradients,
//                and the right one (per batch, times B) where the rows of a batch depend on each other
//
// The errors are over the replicates: that of a mean for total and loss, the jackknife for replicated, which is itself a variance.
//
// Source   arXiv 2510.18118; closed forms for affine fields and estimators as in core/math/variance.
// Oracle   the closed form of metric/gradient_variance_exact at three random settings, within 3.5 standard errors, and by bins of t.
// Peers    BackPACK Variance, SumGradSquared and BatchL2Grad; Opacus grad_sample; all of a batch, without total, bins or errors
// Shapes   total, loss, replicated [1]    layer [layers]    bin [bins]
// Limits   total assumes independent rows: on minibatch-OT couplings only replicated is given. Where the variance is known to be
//          infinite (a target without a second moment, a pole of an affine field) the numbers are of these samples alone: the run
//          warns, `<name>_reason` beside each says why, and there is no error.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/math/variance/exact_gradient_variance.hpp>
#include <weir/math/variance/gradient_variance.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/row_gradients.hpp>
#include <weir/math/variance/time_bins.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class GradientVariance final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", "loss whose gradient is measured"};
  weir::Port<weir::Field> field_{this, "field", "field at which it is measured; stays as it is"};
  weir::Param<std::int64_t> batch_{this, "batch", 1024, weir::at_least(2), "rows in a replicate"};
  weir::Param<std::int64_t> replicates_{this, "replicates", 16, weir::at_least(2), "independent batches"};
  weir::Param<std::int64_t> bins_{this, "bins", 10, weir::at_least(1), "equal bins of t in (0, 1)"};
  weir::Output<Tensor> total_{this, "total", "1",
                              "trace of the covariance of the per-sample gradients; NaN where the rows of a "
                              "batch depend on each other"};
  weir::Output<Tensor> total_se_{
      this, "total_se", "1",
      "standard error of total over the replicates; NaN where total is, or has no variance"};
  weir::Output<Tensor> total_n_{this, "total_n", "1", "replicates behind total", "int64"};
  weir::Output<Tensor> replicated_{this, "replicated", "1",
                                   "batch size times the variance of the batch gradient"};
  weir::Output<Tensor> replicated_se_{this, "replicated_se", "1",
                                      "standard error of replicated, by the jackknife; NaN for two "
                                      "replicates, or where replicated has no variance"};
  weir::Output<Tensor> replicated_n_{
      this, "replicated_n", "1",
      "effective number of replicates behind replicated_se, fewer than there are where few of "
      "them decide",
      "float64"};
  weir::Output<Tensor> layer_{this, "layer", "1", "total, by layer; NaN where total is"};
  weir::Output<Tensor> bin_{this, "bin", "1",
                            "trace of the covariance among the rows of each time bin; NaN below two rows in "
                            "a replicate, or where total is"};
  weir::Output<Tensor> loss_{this, "loss", "1", "mean loss"};
  weir::Output<Tensor> loss_se_{
      this, "loss_se", "1", "standard error of loss over the replicates; NaN where the loss has no variance"};
  weir::Output<Tensor> loss_n_{this, "loss_n", "1", "replicates behind loss", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_of_field(*objective_, plan);
    field_->plan_for(objective_->domain(), plan);
    if (!plan.clean()) return;
    const weir::Params params = parameters();
    if (params.empty()) {
      plan.fault(
          "field",
          "this field has no parameters, so its loss has no gradient; use a learned field or field/affine");
      return;
    }
    const auto layers = weir::layers_of(params);
    for (auto* output : {&total_, &total_se_, &total_n_, &replicated_, &replicated_se_, &replicated_n_,
                         &loss_, &loss_se_, &loss_n_})
      output->plan({}, {});
    layer_.plan({static_cast<std::int64_t>(layers.size())}, {"layer"}).attributes["layers"] =
        fmt::format("{}", fmt::join(layers, " "));
    bin_.plan({bins_()}, {"time_bin"});
    for (auto* output : {&total_, &replicated_, &layer_, &bin_, &loss_}) output->reserve_reason();
  }

  void run(weir::Run& run) override {
    const weir::Params params = parameters();
    const bool independent = !objective_->dependent_rows();
    std::vector<Tensor> totals, losses, layers, bins, means;
    for (std::int64_t r = 0; r < replicates_(); ++r) {
      if (run.stop_requested()) throw weir::Stopped();
      weir::Rng rng = this->rng().at("replicate", r);
      const weir::Sample sample = objective_->sample(batch_(), rng);
      const Measured measured = measure(params, sample);
      losses.push_back(measured.loss);
      means.push_back(measured.mean);
      const weir::VarianceEstimate estimate = weir::gradient_variance(measured.per_sample);
      totals.push_back(number(estimate.total.trace_cov));
      std::vector<double> by_layer;
      for (const auto& [name, layer] : estimate.layers) by_layer.push_back(layer.trace_cov);
      layers.push_back(at::tensor(by_layer, at::kDouble));
      bins.push_back(weir::binned_variance(measured.per_sample, estimate.square_norms,
                                           weir::time_bins(sample["t"], bins_()), bins_())
                         .trace_cov);
      run.progress(r + 1, replicates_(), {{"total", estimate.total.trace_cov}});
    }
    const weir::InfiniteMoments infinite = weir::infinite_moments(*objective_, *field_, params);
    // The fourth moment of the target is in the variance of every number here.
    const bool has_spread = weir::infinite_target(*objective_, /*power=*/4).empty();
    const bool has_error = has_spread && infinite.variance.empty();
    const Tensor replicates = at::scalar_tensor(replicates_(), at::kLong);
    set(total_, &total_se_, totals, independent, has_error);
    total_n_.set(independent ? replicates : at::zeros_like(replicates));
    set(loss_, &loss_se_, losses, true, has_spread && infinite.loss.empty());
    loss_n_.set(replicates);
    set(layer_, nullptr, layers, independent);
    set(bin_, nullptr, bins, independent);
    if (!independent) total_.reason("rows of one draw depend on each other; see replicated");
    // r / (r - 1) makes the squared deviations from the common mean unbiased.
    const Tensor all = at::stack(means).to(at::kDouble);
    const double n = double(replicates_());
    const Tensor centred = (all - all.mean(0)).square().sum(1);
    const weir::TraceCovError error = weir::trace_cov_error(centred);
    replicated_.set((centred * (double(batch_()) * n / (n - 1))).mean());
    replicated_se_.set(number(has_error ? double(batch_()) * error.se : missing));
    replicated_n_.set(number(error.n));
    if (!infinite.variance.empty()) say(infinite, run);
  }

 private:
  struct Measured {
    Tensor loss, mean;  // [] and [P]
    weir::PerSampleGradients per_sample;
  };

  static Tensor number(double value) { return at::scalar_tensor(value, at::kDouble); }

  weir::Params parameters() const {
    weir::Rng rng = this->rng().at("init");
    return field_->init(objective_->domain(), rng);
  }

  Measured measure(const weir::Params& params, const weir::Sample& sample) const {
    auto [loss, gradients] = weir::loss_gradients(*objective_, *field_, params, sample, /*per_sample=*/true);
    Measured measured{loss.rows.mean(at::kDouble), {}, std::move(*gradients.per_sample)};
    std::vector<Tensor> flat;
    for (const Tensor& g : gradients.mean) flat.push_back(g.flatten());
    measured.mean = at::cat(flat);
    return measured;
  }

  // The mean over the replicates and its standard error; NaN where they are not given.
  static void set(weir::Output<Tensor>& output, weir::Output<Tensor>* se, const std::vector<Tensor>& values,
                  bool given, bool has_error = true) {
    const Tensor all = at::stack(values) * (given ? 1.0 : missing);
    output.set(all.mean(0));
    if (se) se->set(all.std(0) / std::sqrt(double(values.size())) * (has_error ? 1.0 : missing));
  }

  void say(const weir::InfiniteMoments& infinite, weir::Run& run) {
    for (auto* output : {&total_, &replicated_, &layer_, &bin_}) output->reason(infinite.variance);
    if (!infinite.loss.empty()) loss_.reason(infinite.loss);
    const std::string by_target = weir::infinite_target(*objective_, /*power=*/2);
    run.warn(fmt::format("{} infinite, and what is measured depends on the seed: {}{}",
                         infinite.loss.empty() ? "the variance of the gradient is"
                                               : "the loss and the variance of its gradient are",
                         infinite.variance,
                         by_target.empty() ? "" : "; " + weir::keep_from_the_ends(by_target)));
  }

  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace

WEIR_PLUGIN(GradientVariance, "Variance of the per-sample loss gradients at a fixed field, by Monte Carlo")
