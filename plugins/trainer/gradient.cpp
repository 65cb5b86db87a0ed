// plugins/trainer/gradient.cpp -- fits a model by gradient steps on mini-batches.
//
//   theta_0 = model's initial parameters
//   for k = 1 .. steps:   (pairs, t, z) ~ objective      g = grad_theta mean_i l_i      theta <- optimiser(theta, g, lr s(k))
//                         ema <- d ema + (1 - d) theta
//   s(k) = min(1, k / warmup) times  1  |  (1 + cos(pi p)) / 2  |  1 - p,      p = (k - warmup) / (steps - warmup) in [0, 1]
//
// Source   stochastic gradient descent; the EMA is a plain exponential average started at theta_0, as in torchcfm.
// Shapes   loss [1] a step
// Limits   one process, one device. The same numbers whatever probes look on: the tape is always armed where the field has one.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/row_gradients.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Gradient final : public weir::Trainer {
  weir::Port<weir::Objective> objective_{this, "objective", "loss to minimise"};
  weir::Port<weir::Field> model_{this, "model", "field to fit; starts from its own initial parameters"};
  weir::Port<weir::Optimiser> optimiser_{this, "optimiser", weir::by_default("adam"), "step rule"};
  weir::Ports<weir::Probe> probes_{this, "probes", "observers of the training steps"};
  weir::Param<std::int64_t> steps_{this, "steps", weir::required, weir::at_least(1), "number of steps"};
  weir::Param<std::int64_t> batch_{this, "batch", 256, weir::at_least(1), "pairs in a step"};
  weir::Param<double> ema_decay_{this, "ema_decay", 0.999, weir::between(0, 1),
                                 "decay d of the averaged parameters"};
  weir::Param<std::string> schedule_{this, "schedule", "constant",
                                     weir::one_of({"constant", "cosine", "linear"}),
                                     "how the learning rate falls after the warm-up"};
  weir::Param<std::int64_t> warmup_{this, "warmup", 0, weir::non_negative,
                                    "steps over which the learning rate rises from 0"};
  weir::Param<double> clip_{this, "clip", weir::absent, weir::positive,
                            "largest norm of the gradient; longer ones are scaled"};
  weir::Output<weir::Field> field_{this, "field", "the field with the last parameters"};
  weir::Output<weir::Field> ema_{this, "ema", "the field with the averaged parameters"};
  weir::Trace loss_{this, "loss", "1", "mean loss of the step's batch, before the step"};
  weir::TensorSet params_{this, "params", "last parameters"};
  weir::TensorSet ema_params_{this, "ema_params", "averaged parameters"};

  std::shared_ptr<weir::Fitted> fitted_, averaged_;
  weir::State state_;

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape item = objective_->shape();
    model_->plan_for(item, plan);
    if (warmup_() >= steps_() && warmup_() > 0) {
      plan.fault("warmup",
                 fmt::format("warmup is {} but there are {} steps; it must be less", warmup_(), steps_()));
    }
    if (!plan.clean()) return;
    fitted_ = std::make_shared<weir::Fitted>(*model_);
    averaged_ = std::make_shared<weir::Fitted>(*model_);
    field_.set(fitted_);
    ema_.set(averaged_);
    const weir::Params initial = initial_params(item);
    if (initial.empty())
      return plan.fault("model", "this field has no parameters, so there is nothing to fit",
                        "use field/mlp, or another with parameters that require gradients");
    std::vector<std::pair<std::string, weir::Shape>> shapes;
    for (const auto& [name, value] : initial.tensors()) shapes.emplace_back(name, value.sizes().vec());
    params_.plan(shapes);
    ema_params_.plan(shapes);
    weir::DatasetSpec& loss = loss_.plan({}, {});
    loss.attributes["estimator"] = "mean over the batch";
    weir::say_infinite(loss, weir::infinite_target(*objective_, /*power=*/2));
    const weir::Training training{*objective_, initial, batch_(), steps_()};
    for (const auto& [name, probe] : probes_()) probe->plan_for(training, plan);
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  bool restore(const weir::State& recorded) override {
    weir::Params params = initial_params(objective_->shape()), ema = params.clone();
    for (const auto& [name, value] : params.tensors())
      if (!recorded.contains("params/" + name) || !recorded.contains("ema_params/" + name)) return false;
    for (const auto& [name, value] : params.tensors()) value.copy_(recorded.at("params/" + name));
    for (const auto& [name, value] : ema.tensors()) value.copy_(recorded.at("ema_params/" + name));
    fitted_->set(params);
    averaged_->set(ema);
    return true;
  }

  void run(weir::Run& run) override {
    weir::Params params = initial_params(objective_->shape()), ema = params.clone();
    weir::State memory = optimiser_->init(params);
    std::int64_t done = 0;
    if (!state_.empty()) done = go_on(params, ema, memory);

    if (const std::string why = weir::infinite_target(*objective_, /*power=*/2); !why.empty())
      run.warn(fmt::format("the mean loss is infinite, and so is the variance of its gradient: {}; {}", why,
                           weir::keep_from_the_ends));

    weir::Tape tape;
    for (std::int64_t k = done + 1; k <= steps_(); ++k) {
      weir::Rng rng = this->rng().at("step", k);
      const weir::Sample sample = objective_->sample(batch_(), rng);
      const double loss = step(k, sample, params, memory, tape, run);
      at::_foreach_lerp_(ema.values(), params.values(), 1 - ema_decay_());
      loss_.append(k, loss);
      run.progress(k, steps_(), {{"loss", loss}});
      const auto snapshot = [&] { return state_of(params, ema, memory, k); };
      run.checkpoint(snapshot);
      if (run.stop_requested() && k < steps_()) {
        run.checkpoint(snapshot, true);
        throw weir::Stopped();
      }
    }
    state_ = state_of(params, ema, memory, steps_());
    run.checkpoint([&] { return state_; }, true);
    fitted_->set(params);
    averaged_->set(ema);
    params_.set(params.tensors());
    ema_params_.set(ema.tensors());
  }

 private:
  weir::Params initial_params(const weir::Shape& item) const {
    weir::Rng rng = this->rng().at("init");
    return model_->init(item, rng).clone();
  }

  // One step; returns the mean loss before it.
  double step(std::int64_t k, const weir::Sample& sample, const weir::Params& params, weir::State& memory,
              weir::Tape& tape, weir::Run& run) const {
    const bool observed = std::ranges::any_of(probes_(), [&](const auto& probe) {
      return probe.second->per_sample() && probe.second->observes(k);
    });
    tape.clear();
    const weir::Params live = params.requiring_grad();
    const bool taped = model_->taped();
    const Tensor losses = objective_->loss(*model_, taped ? live.taped(tape) : live, sample);
    const Tensor mean = losses.detach().mean(at::kDouble);
    std::unique_ptr<weir::PerSampleGradients> looped;
    if (observed && !taped) {
      run.warn("this field has no taped layers: per-sample gradients take one backward pass per sample");
      looped = std::make_unique<weir::PerSampleGradients>(
          weir::gradients_by_row(*objective_, *model_, live, sample, losses));
    }
    weir::Gradients gradients = weir::gradients(losses, live, observed && taped ? &tape : nullptr);
    // Read when the backward pass is under way: a device would wait for the host between the two.
    const double loss = mean.item<double>();
    if (!std::isfinite(loss)) {
      throw std::runtime_error(
          fmt::format("the loss is {} at step {}; lower optimiser.lr, set clip, or check the data and the "
                      "noise at the ends of t",
                      loss, k));
    }
    const weir::PerSampleGradients* per_sample = looped ? looped.get() : gradients.per_sample.get();
    for (const auto& [name, probe] : probes_()) {
      if (probe->observes(k))
        probe->observe({k, sample, losses.detach(), params, gradients.mean, per_sample});
    }
    if (clip_.given()) clip(gradients.mean);
    optimiser_->step(params, gradients.mean, memory, k, scale(k));
    return loss;
  }

  void clip(std::vector<Tensor>& grads) const {
    const double norm = at::stack(at::_foreach_norm(grads)).norm().item<double>();
    if (norm > clip_()) at::_foreach_mul_(grads, clip_() / norm);
  }

  double scale(std::int64_t k) const {
    const double rise = warmup_() > 0 ? std::min(1.0, double(k) / double(warmup_())) : 1.0;
    const double p = std::clamp(double(k - warmup_()) / double(steps_() - warmup_()), 0.0, 1.0);
    if (schedule_() == "cosine") return rise * (1 + std::cos(std::numbers::pi * p)) / 2;
    if (schedule_() == "linear") return rise * (1 - p);
    return rise;
  }

  // Owns its tensors: the training goes on writing to params, ema and memory.
  weir::State state_of(const weir::Params& params, const weir::Params& ema, const weir::State& memory,
                       std::int64_t k) const {
    weir::State state;
    for (const auto& [name, value] : params.tensors()) state["params/" + name] = value.clone();
    for (const auto& [name, value] : ema.tensors()) state["ema/" + name] = value.clone();
    for (const auto& [name, value] : memory) state["memory/" + name] = value.clone();
    for (const auto& [name, probe] : probes_())
      for (const auto& [key, value] : probe->save()) state["probes/" + name + "/" + key] = value.clone();
    state["step"] = at::scalar_tensor(k, at::kLong);
    return state;
  }

  std::int64_t go_on(weir::Params& params, weir::Params& ema, weir::State& memory) const {
    for (const auto& [name, value] : params.tensors()) value.copy_(state_.at("params/" + name));
    for (const auto& [name, value] : ema.tensors()) value.copy_(state_.at("ema/" + name));
    for (auto& [name, value] : memory) value.copy_(state_.at("memory/" + name));
    for (const auto& [name, probe] : probes_()) {
      const std::string prefix = "probes/" + name + "/";
      weir::State remembered;
      for (const auto& [key, value] : state_)
        if (key.starts_with(prefix)) remembered[key.substr(prefix.size())] = value;
      if (!remembered.empty()) probe->load(remembered);
    }
    return state_.at("step").item<std::int64_t>();
  }
};

}  // namespace

WEIR_PLUGIN(Gradient, "Gradient steps on mini-batches, with EMA, probes and a learning-rate schedule")
