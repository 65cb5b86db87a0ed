// plugins/metric/gradient_variance.cpp -- the variance of the loss gradient at a fixed field, by Monte Carlo.
//
//   total        mean over R replicates of tr Cov(g) = 1/(B-1) sum_i ||g_i - gbar||^2, g_i = grad_theta l_i per sample
//   replicated   B / (R-1) sum_r ||gbar_r - mean gbar||^2: the same number from the spread of R batch gradients,
//                and the right one (per batch, times B) where the rows of a batch depend on each other
//
// Source   arXiv 2510.18118; closed forms for affine fields in core/math. Estimators as in core/math/gradient_variance.hpp.
// Shapes   total, loss, replicated [1]    layer [layers]    bin [bins]
// Limits   total assumes independent rows: on minibatch-OT couplings only replicated is given.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/metric.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/math/variance/gradient_variance.hpp>
#include <weir/math/variance/row_gradients.hpp>
#include <weir/math/autograd/tape.hpp>
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
  weir::Output<Tensor> total_{this, "total", "1", "trace of the covariance of the per-sample gradients"};
  weir::Output<Tensor> total_se_{this, "total_se", "1", "standard error of total over the replicates"};
  weir::Output<Tensor> total_n_{this, "total_n", "1", "samples behind total", "int64"};
  weir::Output<Tensor> replicated_{this, "replicated", "1",
                                   "batch size times the variance of the batch gradient"};
  weir::Output<Tensor> replicated_se_{this, "replicated_se", "1", "standard error of replicated"};
  weir::Output<Tensor> layer_{this, "layer", "1", "total, by layer"};
  weir::Output<Tensor> bin_{
      this, "bin", "1",
      "trace of the covariance among the rows of each time bin; NaN below two rows in a replicate"};
  weir::Output<Tensor> loss_{this, "loss", "1", "mean loss"};
  weir::Output<Tensor> loss_se_{this, "loss_se", "1", "standard error of loss over the replicates"};

 public:
  void plan(weir::Plan& plan) override {
    field_->plan_for(objective_->shape(), plan);
    if (!plan.clean()) return;
    const weir::Params params = parameters();
    if (params.empty()) {
      plan.fault(
          "field",
          "this field has no parameters, so its loss has no gradient; use a learned field or field/affine");
      return;
    }
    const auto layers = weir::layers_of(params);
    for (auto* output : {&total_, &total_se_, &total_n_, &replicated_, &replicated_se_, &loss_, &loss_se_})
      output->plan({}, {});
    layer_.plan({static_cast<std::int64_t>(layers.size())}, {"layer"}).attributes["layers"] =
        fmt::format("{}", fmt::join(layers, " "));
    bin_.plan({bins_()}, {"time_bin"});
  }

  void run(weir::Run& run) override {
    const weir::Params params = parameters();
    const bool independent = !objective_->coupling().dependent_rows();
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
                                           weir::time_bins(sample.t, bins_()), bins_())
                         .trace_cov);
      run.progress(r + 1, replicates_(), {{"total", estimate.total.trace_cov}});
    }
    const double missing = std::numeric_limits<double>::quiet_NaN();
    set(total_, &total_se_, totals, independent ? 1.0 : missing);
    if (!independent) total_.reason("rows of one minibatch-OT plan depend on each other; see replicated");
    total_n_.set(at::scalar_tensor(independent ? batch_() * replicates_() : 0, at::kLong));
    set(loss_, &loss_se_, losses, 1.0);
    set(layer_, nullptr, layers, independent ? 1.0 : missing);
    set(bin_, nullptr, bins, independent ? 1.0 : missing);
    // r / (r - 1) makes the squared deviations from the common mean unbiased.
    const Tensor all = at::stack(means).to(at::kDouble);
    const double n = double(replicates_());
    const Tensor squares = (all - all.mean(0)).square().sum(1) * (double(batch_()) * n / (n - 1));
    replicated_.set(squares.mean());
    replicated_se_.set(squares.std() / std::sqrt(n));
  }

 private:
  struct Measured {
    Tensor loss, mean;  // [] and [P]
    weir::PerSampleGradients per_sample;
  };

  static Tensor number(double value) { return at::scalar_tensor(value, at::kDouble); }

  weir::Params parameters() const {
    weir::Rng rng = this->rng().at("init");
    return field_->init(objective_->shape(), rng);
  }

  Measured measure(const weir::Params& params, const weir::Sample& sample) const {
    weir::Tape tape;
    const weir::Params live = params.requiring_grad();
    const Tensor losses = objective_->loss(*field_, field_->taped() ? live.taped(tape) : live, sample);
    Measured measured{losses.detach().mean(at::kDouble), {}, {}};
    if (!field_->taped())
      measured.per_sample = weir::gradients_by_row(*objective_, *field_, live, sample, losses);
    weir::Gradients gradients = weir::gradients(losses, live, field_->taped() ? &tape : nullptr);
    if (gradients.per_sample) measured.per_sample = std::move(*gradients.per_sample);
    std::vector<Tensor> flat;
    for (const Tensor& g : gradients.mean) flat.push_back(g.flatten());
    measured.mean = at::cat(flat);
    return measured;
  }

  // The mean over the replicates and its standard error.
  static void set(weir::Output<Tensor>& output, weir::Output<Tensor>* se, const std::vector<Tensor>& values,
                  double factor) {
    const Tensor all = at::stack(values) * factor;
    output.set(all.mean(0));
    if (se) se->set(all.std(0) / std::sqrt(double(values.size())));
  }
};

}  // namespace

WEIR_PLUGIN(GradientVariance, "Variance of the per-sample loss gradients at a fixed field, by Monte Carlo")
