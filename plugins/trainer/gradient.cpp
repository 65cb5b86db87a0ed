// plugins/trainer/gradient.cpp -- fits a model by gradient steps on mini-batches.
//
//   theta_0 = model's initial parameters
//   for k = 1 .. steps:   (pairs, t, z) ~ objective      g = grad_theta mean_i l_i      theta <- optimiser(theta, g, lr s(k))
//                         ema <- d ema + (1 - d) theta       at the multiples of ema_every
//   theta is the field's parameters and those of the objective's own networks, or these alone where it asks no field
//   s(k) = k / warmup for k <= warmup,   schedule(k - warmup, steps - warmup) after;      d = ema_decay, or with ema_warmup
//   d = min(ema_decay, (1 + k) / (10 + k))
//
// Stopping  a probe that has seen enough at step k ends the training there: k steps are taken, and `stopped_at` is k. `best` is the field
//          with the parameters that a probe keeps as the best.
//
// Going on  `from` another training: its parameters, optimiser's memory, average and count of steps are taken, and k goes on from there,
//          with its random numbers: `steps` more. 2000 steps and 2000 more have the bytes of 4000 at once where all else is written alike
//          and the schedule is constant; another schedule is asked at step k of k's last, so that the first 2000 went by a shorter one.
//          The probes are this training's own, and so are the snapshots. trainer/recorded is such a training of another run, whose
//          record has it by `keep_memory`.
//
// Chunks   with `chunk` the rows of a step's batch go through the model in parts, and its gradient is the sum of theirs: batch: 1024 with
//          chunk: 256 is the accumulation of four gradients (batch_gradient.hpp).
//
// Snapshots after each step of `snapshots` the parameters and their average are kept, in `history`, of which trainer/snapshot gives the
//          fields: those of a training of so many steps, where the schedule is constant.
//
// Source   stochastic gradient descent; the EMA is a plain exponential average started at theta_0, as in torchcfm.
// Oracle   an affine field ends at LAPACK's least-squares map of its pairs; steps, schedule, clipping and EMA written out; resumed
//          trainings have the bytes of whole ones.
// Peers    the training loops of torchcfm (runner, examples), flow_matching (examples), rectified-flow and gnobitab/RectifiedFlow; EMA as
//          torchcfm's CIFAR-10 script and flow_matching EMA (ema_warmup)
// Shapes   loss, terms/<name> [1] a step
// Limits   one process, one device. The same numbers whatever probes look on: the tape is always armed where the model has one.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/kinds/learn/going_on.hpp>
#include <weir/kinds/learn/kept_memory.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/snapshots.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/plugin.hpp>

#include "batch_gradient.hpp"
#include "epoch_draw.hpp"

namespace {

constexpr const char* enough_key = "enough";  // of a state: a probe has ended the training

class Gradient final : public weir::Trainer {
  weir::Port<weir::Objective> objective_{this, "objective", "loss to minimise"};
  weir::Port<weir::Field> model_{
      this, "model", weir::optional,
      "field to fit, where the objective asks one; starts from its own initial parameters"};
  weir::Port<weir::Optimiser> optimiser_{this, "optimiser", weir::by_default("adam"), "step rule"};
  weir::Port<weir::Schedule> schedule_{this, "schedule", weir::by_default("constant"),
                                       "how the learning rate changes after the warm-up"};
  weir::Port<weir::Trainer> from_{
      this, "from", weir::optional,
      "training that this one goes on from, with its random numbers; `steps` are more steps"};
  weir::Ports<weir::Probe> probes_{this, "probes", "observers of the training steps"};
  weir::Param<std::int64_t> steps_{this, "steps", weir::required, weir::at_least(1), "number of steps"};
  weir::Param<std::int64_t> batch_{this, "batch", 256, weir::at_least(1), "pairs in a step"};
  weir::Param<std::int64_t> chunk_{
      this, "chunk", weir::absent, weir::at_least(1),
      "rows of a batch that one pass takes at most: the same step in less memory (default: all)"};
  weir::Param<std::int64_t> epoch_{this, "epoch", 1, weir::at_least(1),
                                   "steps whose batches are parts of one draw"};
  weir::Param<double> ema_decay_{this, "ema_decay", 0.999, weir::between(0, 1),
                                 "decay d of the averaged parameters"};
  weir::Param<bool> ema_warmup_{this, "ema_warmup", false,
                                "whether that decay rises, as (1 + k) / (10 + k) at step k"};
  weir::Param<std::int64_t> ema_every_{this, "ema_every", 1, weir::at_least(1),
                                       "steps from one average to the next"};
  weir::Param<std::int64_t> warmup_{this, "warmup", 0, weir::non_negative,
                                    "steps over which the learning rate rises from 0"};
  weir::Param<double> clip_{this, "clip", weir::absent, weir::positive,
                            "largest norm of the gradient; longer ones are scaled"};
  weir::Output<weir::Field> field_{this, "field", "the field with the last parameters"};
  weir::Output<weir::Field> ema_{this, "ema", "the field with the averaged parameters"};
  weir::Output<weir::Network> network_{this, "network",
                                       "the objective's network with the last parameters, where it has one"};
  weir::Output<weir::Network> network_ema_{this, "network_ema",
                                           "the objective's network with the averaged parameters"};
  weir::Output<weir::Field> best_{
      this, "best", "the field with the best parameters, where a probe keeps them, as early_stopping does"};
  weir::Output<weir::Network> network_best_{
      this, "network_best",
      "the objective's network with the best parameters, where it has one and a probe keeps them"};
  weir::Output<weir::Tensor> stopped_at_{
      this, "stopped_at", "1", "step after which the training ended; of one with probes or keep_memory",
      "int64"};
  weir::Trace loss_{this, "loss", "1", "mean loss of the step's batch, before the step"};
  weir::TraceSet terms_{this, "terms", "1", "mean of each term that the objective names, before the step"};
  weir::TensorSet params_{this, "params", "last parameters"};
  weir::TensorSet ema_params_{this, "ema_params", "averaged parameters"};
  weir::TensorSet best_params_{this, "best_params", "best parameters, where a probe keeps them"};
  weir::KeptMemory memory_{this};
  weir::Snapshots snapshots_{this};

  weir::FittedModel fitted_, averaged_, kept_;
  weir::StartLeft start_left_;
  weir::State state_;
  mutable weir::EpochDraw draw_;

 public:
  void plan(weir::Plan& plan) override {
    plan_model(plan);
    if (warmup_() >= steps_() && warmup_() > 0) {
      plan.fault("warmup",
                 fmt::format("warmup is {} but there are {} steps; it must be less", warmup_(), steps_()));
    }
    weir::plan_epoch(*objective_, batch_(), epoch_(), from_.bound() ? std::nullopt : std::optional(steps_()),
                     plan);
    if (!plan.clean()) return;
    fitted_ = weir::FittedModel(*objective_, model_.get());
    averaged_ = weir::FittedModel(*objective_, model_.get());
    averaged_.tell(start_left_);
    field_.set(fitted_.field());
    ema_.set(averaged_.field());
    network_.set(fitted_.network());
    network_ema_.set(averaged_.network());
    const weir::Params initial = initial_params();
    if (initial.empty())
      return model_.bound()
                 ? plan.fault("model", "this field has no parameters, so there is nothing to fit",
                              "use field/mlp, or another with parameters that require gradients")
                 : plan.fault("objective", "this objective has no parameters, so there is nothing to fit");
    if (from_.bound()) weir::plan_from(*from_, first_fit().save(), model_.get(), plan);
    params_.plan(initial.shapes());
    ema_params_.plan(initial.shapes());
    weir::DatasetSpec& loss = loss_.plan({}, {});
    loss.attributes["estimator"] = "mean over the batch";
    weir::say_infinite(loss, weir::infinite_target(*objective_, /*power=*/2));
    terms_.plan(objective_->terms());
    const weir::Training training{*objective_, initial, batch_(), steps_(), model(), *optimiser_};
    plan_probes(training, plan);
    if (chunk_.given()) weir::plan_chunk(*objective_, probes_, chunk_(), batch_(), plan);
    if (!probes_().empty()) stopped_at_.plan({}, {});
    memory_.plan(first_fit(), stream(), stopped_at_, plan);
    if (weir::best(probes_)) {
      kept_ = weir::FittedModel(*objective_, model_.get());
      best_.set(kept_.field());
      network_best_.set(kept_.network());
      best_params_.plan(initial.shapes());
    }
    snapshots_.plan(initial, *objective_, model_.get(),
                    from_.bound() ? std::nullopt : std::optional(steps_()), plan);
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }
  weir::State fitted() const override { return state_.empty() ? first_fit().save() : state_; }
  weir::Rng stream() const override { return from_.bound() ? from_->stream() : rng(); }

  void compare_model(const weir::Field& model, weir::Plan& plan) const override {
    if (!model_.bound()) return;
    for (const weir::AnyParam* param : model.params())
      for (const weir::AnyParam* own : model_->params())
        if (param->name() == own->name() && param->json() != own->json())
          return plan.fault("model",
                            fmt::format("this model has {0}: {1}, and that of '{2}' {0}: {3}", param->name(),
                                        param->json().dump(), path(), own->json().dump()),
                            "take the model of that training");
  }

  bool restore(const weir::State& recorded) override {
    const weir::Params initial = initial_params();
    const auto params = weir::params_in(recorded, "params/", initial);
    const auto ema = weir::params_in(recorded, "ema_params/", initial);
    const auto best = best_params_.planned() ? weir::params_in(recorded, "best_params/", initial) : params;
    if (!params || !ema || !best || !snapshots_.restore(recorded)) return false;
    set_fields(*params, *ema);
    if (best_params_.planned()) kept_.set(*best);
    return true;
  }

  void run(weir::Run& run) override {
    weir::Fit fit = first_fit();
    if (from_.bound()) fit.load(from_->fitted());
    const std::int64_t done = fit.steps(), last = done + steps_();
    if (from_.bound() && done == 0)
      throw std::logic_error("the training that this one goes on from has not run");
    if (!state_.empty()) {
      fit.load(state_);
      weir::load_probes(probes_, state_);
      snapshots_.take_from(state_);
    }
    snapshots_.begin(fit, last);
    weir::warn_of_loss(*objective_, run);
    bool enough = state_.contains(enough_key);
    const auto state = [&] {
      weir::State all = fit.save();
      weir::save_probes(probes_, all);
      snapshots_.add_to(all);
      if (enough) all[enough_key] = at::ones({}, at::kLong);
      return all;
    };
    const auto body = [&](std::int64_t k) {
      const double loss = step(k, last, fit, run);
      snapshots_.take(fit);
      loss_.append(k, loss);
      enough = weir::enough(probes_);
      run.progress(k, enough ? k : last, {{"loss", loss}});
    };
    state_ = weir::train(run, fit.steps(), last, state, body, [&] { return enough; });
    set_fields(fit.params(), fit.average());
    start_left_.set(ema_rule(), fit.steps());
    params_.set(fit.params().tensors());
    ema_params_.set(fit.average().tensors());
    memory_.set(fit);
    snapshots_.set();
    if (stopped_at_.planned()) stopped_at_.set(at::scalar_tensor(fit.steps(), options().dtype(at::kLong)));
    if (!best_params_.planned()) return;
    kept_.set(weir::best(probes_)->clone());
    best_params_.set(weir::best(probes_)->tensors());
  }

 private:
  const weir::Field& model() const { return model_.bound() ? *model_ : weir::no_field(); }

  void plan_model(weir::Plan& plan) const {
    if (!objective_->takes_field()) {
      if (model_.bound())
        plan.fault(
            "model",
            fmt::format("'{}' asks no field, so that this one would not be fitted", objective_->path()),
            "leave model out");
    } else if (!model_.bound()) {
      plan.fault("model", fmt::format("'{}' asks a field, and there is none to fit", objective_->path()),
                 "write model: {plugin: field/mlp}, or another field");
    } else {
      model_->plan_for(objective_->domain(), plan);
    }
  }

  void plan_probes(const weir::Training& training, weir::Plan& plan) const {
    std::string keeper;
    for (const auto& [name, probe] : probes_()) {
      probe->plan_for(training, plan);
      if (!probe->best()) continue;
      if (!keeper.empty())
        plan.fault("probes",
                   fmt::format("one probe keeps the best parameters of a training, and '{}' and '{}' both do",
                               keeper, probe->path()),
                   "leave one of them out, or rises out of gradient_disparity");
      keeper = probe->path();
    }
  }

  weir::Params initial_params() const {
    return weir::initial_params(*objective_, model_.get(), rng().at("init")).clone();
  }

  weir::EmaRule ema_rule() const { return {ema_decay_(), ema_warmup_(), ema_every_()}; }

  weir::Fit first_fit() const {
    return weir::Fit(initial_params(), *optimiser_, ema_rule(),
                     clip_.given() ? std::optional(clip_()) : std::nullopt);
  }

  void set_fields(const weir::Params& params, const weir::Params& ema) {
    fitted_.set(params);
    averaged_.set(ema);
  }

  // One step; returns the mean loss before it.
  double step(std::int64_t k, std::int64_t last, weir::Fit& fit, weir::Run& run) const {
    const weir::Sample sample = draw_.batch(*objective_, batch_(), epoch_(), k, stream());
    const bool per_sample = weir::need_per_sample(probes_, k);
    if (per_sample) weir::warn_of_rows(*objective_, model(), run);
    auto [losses, gradients] =
        weir::batch_gradient(*objective_, model(), fit.params(), sample,
                             chunk_.given() ? std::optional(chunk_()) : std::nullopt, per_sample);
    // Read when the backward pass is under way: a device would wait for the host before it.
    const double loss = losses.rows.mean(at::kDouble).item<double>();
    if (!std::isfinite(loss)) {
      throw std::runtime_error(
          fmt::format("the loss is {} at step {}; lower optimiser.lr, set clip, or check the data and the "
                      "noise at the ends of t",
                      loss, k));
    }
    for (const auto& [name, term] : losses.terms)
      terms_.append(k, name, term.mean(at::kDouble).item<double>());
    const double scale = this->scale(k, last);
    weir::observe(probes_, {k, sample, losses.rows, fit.params(), gradients.mean, gradients.per_sample.get(),
                            fit.memory(), scale});
    fit.step(std::move(gradients.mean), scale);
    return loss;
  }

  double scale(std::int64_t k, std::int64_t last) const {
    if (k <= warmup_()) return static_cast<double>(k) / static_cast<double>(warmup_());
    return schedule_->scale(k - warmup_(), last - warmup_());
  }
};

}  // namespace

WEIR_PLUGIN(Gradient, "Gradient steps on mini-batches, with EMA, probes and a learning-rate schedule")
