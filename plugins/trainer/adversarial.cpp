// plugins/trainer/adversarial.cpp -- a generator in one step, trained against a critic.
//
//   G(z) = z + v(z, 0), v the model          D(x) = sum of the coordinates of c(x, 0), c the critic
//   step k:   critic_steps times   L_c = mean f(D(G(z)) - D(x)) + gamma / 2 mean (|grad D(x)|^2 + |grad D(G(z))|^2)
//             and once             L_g = mean f(D(x) - D(G(z)))          f(u) = log(1 + exp u); x, z drawn anew each time
//             ema <- d ema + (1 - d) theta
//
//   x = G(z) is what integrator/euler with steps: 1 makes of the trained field.
//
// Source   the relativistic pairing of Jolicoeur-Martineau, arXiv 1807.00734, with zero-centred gradient penalties at both ends (Mescheder et
//          al., arXiv 1801.04406), as in R3GAN, arXiv 2501.05441.
// Oracle   steps of an affine generator and a linear critic written out without autograd; the target's mean, where theory has its end, to
//          0.15 where the mean of a batch has a spread of 0.06.
// Peers    none
// Shapes   loss, critic_loss, penalty [1] a step
// Limits   no labels, of which a target with classes is warned; no schedule and no probes. Both fields are differentiated with respect to
//          x, the critic twice.
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Params;
using weir::Tensor;

Tensor of_both_ends(const std::vector<Tensor>& slopes) {
  return slopes[0].square().flatten(1).sum(1).mean() + slopes[1].square().flatten(1).sum(1).mean();
}

class Adversarial final : public weir::Trainer {
  weir::Port<weir::Source> source_{this, "source", "law of z"};
  weir::Port<weir::Source> target_{this, "target", "law of x, which the generator is to imitate"};
  weir::Port<weir::Field> model_{this, "model", "the generator's field v"};
  weir::Port<weir::Field> critic_{this, "critic", "the critic's field c"};
  weir::Port<weir::Optimiser> optimiser_{this, "optimiser", weir::by_default("adam"),
                                         "step rule of the generator"};
  weir::Port<weir::Optimiser> critic_optimiser_{this, "critic_optimiser", weir::by_default("adam"),
                                                "step rule of the critic"};
  weir::Param<std::int64_t> steps_{this, "steps", weir::required, weir::at_least(1),
                                   "steps of the generator"};
  weir::Param<std::int64_t> critic_steps_{this, "critic_steps", 1, weir::at_least(1),
                                          "steps of the critic before each"};
  weir::Param<std::int64_t> batch_{this, "batch", 256, weir::at_least(1), "points in a step"};
  weir::Param<double> gamma_{this, "gamma", 1, weir::non_negative, "weight of the critic's gradient penalty"};
  weir::Param<double> ema_decay_{this, "ema_decay", 0.999, weir::between(0, 1),
                                 "decay d of the averaged parameters"};
  weir::Output<weir::Field> field_{this, "field",
                                   "v with the last parameters: a step of Euler's from t = 0 to 1 generates"};
  weir::Output<weir::Field> ema_{this, "ema", "v with the averaged parameters"};
  weir::Trace loss_{this, "loss", "1", "the generator's mean loss, before the step"};
  weir::Trace critic_loss_{this, "critic_loss", "1",
                           "the critic's mean loss without its penalty, before its last step"};
  weir::Trace penalty_{this, "penalty", "1",
                       "mean squared slope of the critic at x, and at G(z), added, before its last step"};
  weir::TensorSet params_{this, "params", "last parameters"};
  weir::TensorSet ema_params_{this, "ema_params", "averaged parameters"};
  weir::TensorSet critic_params_{this, "critic_params", "last parameters of the critic"};

  std::shared_ptr<weir::Fitted> fitted_, averaged_;
  weir::StartLeft start_left_;
  weir::State state_;

 public:
  void plan(weir::Plan& plan) override {
    if (source_->shape() != target_->shape())
      return plan.fault("source",
                        fmt::format("z has shape [{}] and x [{}]; they must be the same",
                                    fmt::join(source_->shape(), ", "), fmt::join(target_->shape(), ", ")));
    model_->plan_for(domain(), plan);
    critic_->plan_for(domain(), plan);
    if (!plan.clean()) return;
    fitted_ = std::make_shared<weir::Fitted>(*model_, domain());
    averaged_ = std::make_shared<weir::Fitted>(*model_, domain());
    start_left_.tell(*averaged_);
    field_.set(fitted_);
    ema_.set(averaged_);
    const Params initial = initial_params(*model_, "init"), critic = initial_params(*critic_, "init critic");
    for (const auto& [port, params] : {std::pair("model", &initial), std::pair("critic", &critic)})
      if (params->empty())
        plan.fault(port, "this field has no parameters, so there is nothing to fit",
                   "use field/mlp, or another with parameters");
    params_.plan(initial.shapes());
    ema_params_.plan(initial.shapes());
    critic_params_.plan(critic.shapes());
    for (weir::Trace* trace : {&loss_, &critic_loss_, &penalty_}) trace->plan({}, {});
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  bool restore(const weir::State& recorded) override {
    const Params initial = initial_params(*model_, "init");
    const auto params = weir::params_in(recorded, "params/", initial);
    const auto ema = weir::params_in(recorded, "ema_params/", initial);
    if (params && ema) set_fields(*params, *ema);
    return params && ema;
  }

  void run(weir::Run& run) override {
    if (target_->classes())
      run.warn(fmt::format(
          "the points of '{}' have classes, of which neither the generator nor the critic is told: all "
          "classes are imitated together",
          target_->path()));
    weir::Fit generator(initial_params(*model_, "init"), *optimiser_, ema_decay_());
    weir::Fit critic(initial_params(*critic_, "init critic"), *critic_optimiser_, /*ema=*/0.0);
    if (!state_.empty()) {
      generator.load(state_, "generator/");
      critic.load(state_, "critic/");
    }
    const auto state = [&] {
      weir::State all = generator.save("generator/");
      all.merge(critic.save("critic/"));
      return all;
    };
    state_ = weir::train(run, generator.steps(), steps_(), state, [&](std::int64_t k) {
      const weir::Rng rng = this->rng().at("step", k);
      for (std::int64_t j = 1; j <= critic_steps_(); ++j)
        step_critic(k, rng.at("critic", j), generator.params(), critic, j == critic_steps_());
      const double loss = step_generator(k, rng.at("generator"), generator, critic.params());
      run.progress(k, steps_(), {{"loss", loss}});
    });
    set_fields(generator.params(), generator.average());
    start_left_.set(ema_decay_(), generator.steps());
    params_.set(generator.params().tensors());
    ema_params_.set(generator.average().tensors());
    critic_params_.set(critic.params().tensors());
  }

 private:
  weir::Domain domain() const { return source_->shape(); }

  Params initial_params(const weir::Field& field, const std::string& stream) const {
    weir::Rng init = rng().at(stream);
    return field.init(domain(), init).clone();
  }

  void set_fields(const Params& params, const Params& ema) {
    fitted_->set(params);
    averaged_->set(ema);
  }

  Tensor drawn(const weir::Source& source, const weir::Rng& rng, const std::string& stream) const {
    weir::Rng own = rng.at(stream);
    return source.sample(batch_(), own);
  }
  Tensor start() const { return at::zeros({batch_()}, options()); }  // t = 0
  Tensor generated(const Params& params, const Tensor& z) const {
    return z + model_->velocity(params, z, start());
  }
  Tensor score(const Params& params, const Tensor& x) const {
    return critic_->velocity(params, x, start()).flatten(1).sum(1);
  }

  static double finite(const Tensor& loss, const char* whose, std::int64_t k) {
    const auto value = loss.detach().to(at::kDouble).item<double>();
    if (!std::isfinite(value))
      throw std::runtime_error(fmt::format(
          "the loss of the {} is {} at step {}; lower the rates of both optimisers, or raise gamma", whose,
          value, k));
    return value;
  }

  void step_critic(std::int64_t k, const weir::Rng& rng, const Params& generator, weir::Fit& critic,
                   bool told) const {
    const Tensor real = drawn(*target_, rng, "target").detach().requires_grad_(true);
    const Tensor fake = generated(generator, drawn(*source_, rng, "source")).detach().requires_grad_(true);
    const Params live = critic.params().requiring_grad();
    const Tensor at_real = score(live, real), at_fake = score(live, fake);
    const Tensor loss = at::softplus(at_fake - at_real).mean();
    const Tensor penalty = of_both_ends(weir::grad(at_real.sum() + at_fake.sum(), {real, fake},
                                                   /*retain_graph=*/true, /*create_graph=*/true));
    if (told) {
      critic_loss_.append(k, finite(loss, "critic", k));
      penalty_.append(k, finite(penalty, "critic", k));
    }
    critic.step(weir::grad(loss + 0.5 * gamma_() * penalty, live.values()), 1);
  }

  double step_generator(std::int64_t k, const weir::Rng& rng, weir::Fit& generator,
                        const Params& critic) const {
    const Tensor real = drawn(*target_, rng, "target"), z = drawn(*source_, rng, "source");
    const Params live = generator.params().requiring_grad();
    const Tensor losses = at::softplus(score(critic, real) - score(critic, generated(live, z)));
    const double loss = finite(losses.mean(), "generator", k);
    loss_.append(k, loss);
    generator.step(weir::grad(losses.mean(), live.values()), 1);
    return loss;
  }
};

}  // namespace

WEIR_PLUGIN(Adversarial, "A generator in one step, trained against a critic")
