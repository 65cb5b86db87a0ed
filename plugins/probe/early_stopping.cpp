// plugins/probe/early_stopping.cpp -- ends a training whose validation loss no longer falls, and keeps its best parameters.
//
//   L_k = mean loss over `batch` held-out pairs, drawn once, at the parameters before step k        k a multiple of `every`
//   L_k < L_best - min_delta:   best <- k, and these parameters are kept;   else one more without a gain
//   `patience` of these in a row end the training with step k, which is still taken
//
// Source   Prechelt, Early stopping - but when?, LNCS 1524, 1998.
// Oracle   the rule by hand on the losses that it wrote; the best parameters are the last of a shorter training, to the bit.
// Peers    none among libraries of flows; Lightning's EarlyStopping callback
// Shapes   loss, loss_se, loss_n, best_step [1]
// Limits   the parameters after the last step are never asked. Without held-out pairs the loss is that of other draws of the training's
//          own: of fixed pairs it falls when they are learnt by heart. The lowest of many noisy losses is too low: report the best
//          parameters' loss from other pairs. Pairs that depend on each other (minibatch OT) and losses without a second moment have no
//          standard error.
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <weir/kinds/learn/probe.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double infinity = std::numeric_limits<double>::infinity();

bool same_domain(const weir::Domain& one, const weir::Domain& other) {
  if (one.item != other.item || one.context.size() != other.context.size()) return false;
  for (const auto& [name, entry] : one.context) {
    const auto found = other.context.find(name);
    if (found == other.context.end() || found->second.shape != entry.shape) return false;
  }
  return true;
}

class EarlyStopping final : public weir::Probe {
  weir::Port<weir::Objective> objective_{
      this, "objective", weir::optional,
      "loss of held-out pairs; without it, the training's own, on other draws"};
  weir::Param<std::int64_t> batch_{this, "batch", 1024, weir::at_least(1), "rows of the validation loss"};
  weir::Param<std::int64_t> patience_{this, "patience", 10, weir::at_least(1),
                                      "losses in a row without a gain that end the training"};
  weir::Param<double> min_delta_{this, "min_delta", 0, weir::non_negative,
                                 "how much lower than the best a loss must be to be a gain"};
  weir::Trace loss_{this, "loss", "1", "mean validation loss, before the step"};
  weir::Trace loss_se_{this, "loss_se", "1",
                       "standard error of loss over its rows, the same at each step: not of the difference "
                       "of two; NaN for one row, rows "
                       "that depend on each other, or losses without a second moment"};
  weir::Trace loss_n_{this, "loss_n", "1", "independent rows of the validation loss", "int64"};
  weir::Trace best_step_{this, "best_step", "1",
                         "step of the last gain: the best parameters are those before it", "int64"};

  // From plan_for.
  const weir::Objective* validation_ = nullptr;
  const weir::Field* field_ = nullptr;
  bool independent_ = true, has_error_ = true;

  mutable std::optional<weir::Sample> sample_;  // drawn when it is first needed, always the same
  mutable weir::Params best_;
  mutable double best_loss_ = infinity;
  mutable std::int64_t best_at_ = 0, without_gain_ = 0;

 public:
  void plan_for(const weir::Training& training, weir::Plan& plan) override {
    validation_ = objective_.bound() ? objective_.get() : &training.objective;
    field_ = &training.field;
    best_ = training.params.clone();
    if (!same_domain(validation_->domain(), training.objective.domain()))
      return plan.fault(
          "",
          fmt::format(
              "the held-out pairs of probe '{}' are not of the shape of the training's, or come with other "
              "labels",
              path()),
          "take both from one set");
    if (every_() > training.steps)
      return plan.fault(
          "",
          fmt::format("probe '{}' looks at every {}th step of {}: never", path(), every_(), training.steps),
          "lower its every");
    weir::plan_rows(*validation_, batch_(), plan, "", fmt::format("probe '{}'", path()));
    weir::say_infinite(loss_.plan({}, {}), weir::infinite_target(*validation_, /*power=*/2));
    for (weir::Trace* trace : {&loss_se_, &loss_n_, &best_step_}) trace->plan({}, {});
    independent_ = !validation_->dependent_rows();
    has_error_ = independent_ && weir::infinite_target(*validation_, /*power=*/4).empty();
  }

  void observe(const weir::TrainingStep& step) const override {
    if (!sample_) {
      weir::Rng rng = this->rng().at("sample");
      sample_ = validation_->sample(batch_(), rng);
    }
    const Tensor losses = validation_->loss(*field_, step.params, *sample_).rows.to(at::kDouble);
    const double loss = losses.mean().item<double>();
    if (!std::isfinite(loss))
      throw std::runtime_error(
          fmt::format("the validation loss is {} at step {}; lower optimiser.lr, or check the held-out pairs",
                      loss, step.step));
    if (loss < best_loss_ - min_delta_()) {
      best_ = step.params.clone();
      best_loss_ = loss;
      best_at_ = step.step;
      without_gain_ = 0;
    } else {
      ++without_gain_;
    }
    loss_.append(step.step, loss);
    loss_se_.append(step.step, has_error_ && batch_() > 1
                                   ? losses.std().item<double>() / std::sqrt(double(batch_()))
                                   : std::numeric_limits<double>::quiet_NaN());
    loss_n_.append(step.step, independent_ ? double(batch_()) : 1.0);
    best_step_.append(step.step, double(best_at_));
  }

  bool enough() const override { return without_gain_ >= patience_(); }
  const weir::Params* best() const override { return &best_; }

  weir::State save() const override {
    if (best_at_ == 0) return {};
    weir::State state{{"best_loss", at::scalar_tensor(best_loss_, at::kDouble)},
                      {"best_step", at::scalar_tensor(best_at_, at::kLong)},
                      {"without_gain", at::scalar_tensor(without_gain_, at::kLong)}};
    for (const auto& [name, value] : best_.tensors()) state["best/" + name] = value;
    return state;
  }
  void load(const weir::State& state) override {
    best_loss_ = state.at("best_loss").item<double>();
    best_at_ = state.at("best_step").item<std::int64_t>();
    without_gain_ = state.at("without_gain").item<std::int64_t>();
    for (const auto& [name, value] : best_.tensors()) value.copy_(state.at("best/" + name));
  }
};

}  // namespace

WEIR_PLUGIN(EarlyStopping,
            "Ends a training whose validation loss no longer falls, and keeps its best parameters")
