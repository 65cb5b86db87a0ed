// plugins/trainer/learned_interpolant.cpp -- a path whose points have given laws at given times, learned against a critic.
//
//   G_t = l_t + t (1 - t) f(x0, x1, t)      l_t = (1 - t) x0 + t x1      u_t = dG_t / dt = x1 - x0 + (1 - 2 t) f + t (1 - t) df/dt
//
//   x0, x1    first and last point of a chain;  y its point at s, one of the times between, drawn for each row.  D the critic
//   step k:   critic_steps times   L_D = mean F(D(G_s, s) - D(y, s)) + gamma / 2 mean (|grad_x D(y, s)|^2 + |grad_x D(G_s, s)|^2)
//             and once             L_G = mean F(D(y, s) - D(G_s, s)) + weight mean |G_r - reference_r|^2       F(u) = log(1 + exp u)
//             ema <- d ema + (1 - d) phi            y is of another chain than x0, x1; all is drawn anew; both rates times schedule(k)
//   pretrain  so many steps come before, with |G_s - x_s|^2 in the place of F in L_G, x_s the point at s of x0's own chain, and no critic
//   reference a path through x0 and x1 alone: r = s;  one through all points of the chain: r ~ U(0, 1)
//
// G starts at x0 and ends at x1 whatever f is. Of all G_s with the law of y the regulariser prefers the one that moves the points of the
// reference least: with the straight line that is the optimal transport from the law of l_s, whose cost W2^2 is then the regulariser.
//
// Source   Kviman, Tamogashev, Branchini, Elvira, Lagergren, Malkin, Multi-marginal flow matching with adversarially learnt interpolants,
//          arXiv 2510.01159. Relativistic pairing and penalties are those of trainer/adversarial; the latter stand beside F.
// Oracle   the optimal map between normal laws, and W2^2 for its cost, within 15 %; u_t is the central difference of G_t; steps of linear
//          networks written out without autograd.
// Peers    none
// Shapes   x0, x1, y, G, u [B, item...]; f of x0, x1, t; D of x, t; loss, critic_loss, penalty, regulariser [1] a step
// Limits   what it gives is a path through two points, without noise: pairs are coupling/given of the chain's x0 and x1, or others of their
//          laws. No labels, of which a chain with classes is warned; no weights or probes. The critic is differentiated twice, and f, for
//          u_t, by two reverse passes.
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/network.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

#include "learned_path.hpp"

namespace {

using weir::LearnedPath;
using weir::Params;
using weir::Tensor;

class LearnedInterpolant final : public weir::Trainer {
  weir::Port<weir::Coupling> coupling_{
      this, "coupling", "chains: ends are joined, points between are what the path is to pass, in law"};
  weir::Port<weir::Network> correction_{this, "correction", "network f of x0, x1 and t"};
  weir::Port<weir::Network> critic_{this, "critic", "network D of x and t"};
  weir::Port<weir::Interpolant> reference_{
      this, "reference", weir::by_default("linear"),
      "path that the regulariser draws to, of the ends or of all points"};
  weir::Port<weir::Optimiser> optimiser_{this, "optimiser", weir::by_default("adam"), "step rule of f"};
  weir::Port<weir::Optimiser> critic_optimiser_{this, "critic_optimiser", weir::by_default("adam"),
                                                "step rule of the critic"};
  weir::Port<weir::Schedule> schedule_{this, "schedule", weir::by_default("constant"),
                                       "how both learning rates change over the steps"};
  weir::Param<std::int64_t> steps_{this, "steps", weir::required, weir::at_least(1), "steps with the critic"};
  weir::Param<std::int64_t> pretrain_{this, "pretrain", 0, weir::non_negative,
                                      "steps before, in which f is fitted to the chains"};
  weir::Param<std::int64_t> critic_steps_{this, "critic_steps", 1, weir::at_least(1),
                                          "steps of the critic before each"};
  weir::Param<std::int64_t> batch_{this, "batch", 256, weir::at_least(1), "chains in a step"};
  weir::Param<double> gamma_{this, "gamma", 0.1, weir::non_negative, "weight of the critic's penalty"};
  weir::Param<double> weight_{this, "weight", 0.01, weir::non_negative, "weight of the regulariser"};
  weir::Param<double> ema_decay_{this, "ema_decay", 0.999, weir::between(0, 1), "decay d of the average"};
  weir::Output<weir::Interpolant> last_{this, "interpolant", "the path with the last parameters"};
  weir::Output<weir::Interpolant> ema_{this, "ema", "the path with the averaged parameters"};
  weir::Trace loss_{this, "loss", "1", "mean of F, or of what stands in its place, in L_G"};
  weir::Trace regulariser_{this, "regulariser", "1", "mean squared distance from the reference"};
  weir::Trace critic_loss_{this, "critic_loss", "1", "the critic's mean loss, without its penalty"};
  weir::Trace penalty_{this, "penalty", "1", "mean squared slopes of D at y and at G, added"};
  weir::TensorSet params_{this, "params", "last parameters"};
  weir::TensorSet ema_params_{this, "ema_params", "averaged parameters"};
  weir::TensorSet critic_params_{this, "critic_params", "last parameters of the critic"};

  std::shared_ptr<LearnedPath> fitted_, averaged_;
  weir::State state_;

  weir::Network::Signature of_correction() const {
    const weir::Shape item = coupling_->shape();
    std::int64_t numbers = 1;
    for (const std::int64_t size : item) numbers *= size;
    return {{{"x0", {.shape = item}}, {"x1", {.shape = item}}, {"t", {}}}, {numbers}};
  }
  weir::Network::Signature of_critic() const {
    return {{{"x", {.shape = coupling_->shape()}}, {"t", {}}}, {1}};
  }

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t marginals = coupling_->marginals();
    if (marginals < 3)
      return plan.fault(
          "coupling",
          fmt::format("a path is learned from points between the ends, and '{}' gives {} points of each pair",
                      coupling_->path(), marginals),
          "use coupling/chain, with a source for each time");
    if (!reference_->takes(2) && !reference_->takes(marginals))
      plan.fault("reference",
                 fmt::format("the path of '{}' goes neither through two points nor through {}",
                             reference_->path(), marginals),
                 "use interpolant/linear, or interpolant/spline with degree: 1");
    correction_->plan_for(of_correction(), plan);
    critic_->plan_for(of_critic(), plan);
    if (!plan.clean()) return;
    fitted_ = learned("interpolant");
    averaged_ = learned("ema");
    last_.set(fitted_);
    ema_.set(averaged_);
    const Params initial = initial_correction(), critic = initial_critic();
    if (initial.empty() || critic.empty())
      plan.fault(initial.empty() ? "correction" : "critic",
                 "this network has no parameters, so there is nothing to fit", "use network/mlp");
    params_.plan(initial.shapes());
    ema_params_.plan(initial.shapes());
    critic_params_.plan(critic.shapes());
    for (weir::Trace* trace : {&loss_, &regulariser_, &critic_loss_, &penalty_}) trace->plan({}, {});
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  bool restore(const weir::State& recorded) override {
    const Params names = initial_correction();
    const auto params = weir::params_in(recorded, "params/", names);
    const auto ema = weir::params_in(recorded, "ema_params/", names);
    if (params && ema) set_paths(*params, *ema);
    return params && ema;
  }

  void run(weir::Run& run) override {
    if (coupling_->context().contains("label"))
      run.warn(fmt::format(
          "the points of '{}' have classes, of which neither the path nor the critic is told: all "
          "classes are imitated together",
          coupling_->path()));
    weir::Fit path(initial_correction(), *optimiser_, ema_decay_());
    weir::Fit critic(initial_critic(), *critic_optimiser_, /*ema=*/0.0);
    if (!state_.empty()) {
      path.load(state_, "path/");
      critic.load(state_, "critic/");
    }
    const auto state = [&] {
      weir::State all = path.save("path/");
      all.merge(critic.save("critic/"));
      return all;
    };
    const std::int64_t all = pretrain_() + steps_();
    state_ = weir::train(run, path.steps(), all, state, [&](std::int64_t k) {
      const weir::Rng rng = this->rng().at("step", k);
      for (std::int64_t j = 1; k > pretrain_() && j <= critic_steps_(); ++j)
        step_critic(k, rng.at("critic", j), path.params(), critic, j == critic_steps_());
      const double loss = step_path(k, rng.at("path"), path, critic.params());
      run.progress(k, all, {{"loss", loss}});
    });
    set_paths(path.params(), path.average());
    params_.set(path.params().tensors());
    ema_params_.set(path.average().tensors());
    critic_params_.set(critic.params().tensors());
  }

 private:
  std::shared_ptr<LearnedPath> learned(const std::string& output) const {
    auto path = std::make_shared<LearnedPath>(*correction_);
    path->set({.path = this->path() + "." + output, .options = options()});
    return path;
  }
  void set_paths(const Params& last, const Params& ema) { fitted_->fitted = last, averaged_->fitted = ema; }
  Params initial_correction() const {
    weir::Rng init = rng().at("init");
    return correction_->init(of_correction(), init).clone();
  }
  Params initial_critic() const {
    weir::Rng init = rng().at("init critic");
    return critic_->init(of_critic(), init).clone();
  }

  double scale(std::int64_t k) const {
    return k > pretrain_() ? schedule_->scale(k - pretrain_(), steps_()) : 1;
  }

  // What a step draws.
  struct Drawn {
    weir::Batch chains;   // whose ends are joined
    Tensor s, own, real;  // [B]; points at s of these chains, and y of others, [B, item...]
  };
  Drawn drawn(const weir::Rng& rng) const {
    weir::Rng ends = rng.at("ends"), points = rng.at("points"), times = rng.at("times");
    weir::Batch chains = coupling_->draw(batch_(), ends);
    const weir::Batch others = coupling_->draw(batch_(), points);
    const auto between = static_cast<std::int64_t>(others.points.size()) - 2;
    const Tensor k = times.integers(between, {batch_()}) + 1, row = at::arange(batch_(), k.options());
    const auto picked = [&](const weir::Batch& batch) {  // point k of row i
      return at::stack(batch.points).flatten(0, 1).index_select(0, k * batch_() + row);
    };
    const Tensor s = others.times.to(options()).index_select(0, k), own = picked(chains);
    return {std::move(chains), s, own, picked(others)};
  }

  Tensor placed(const Params& params, const weir::Batch& chains, const Tensor& t) const {
    return LearnedPath::place(chains, t, LearnedPath::correction(*correction_, params, chains, t));
  }
  // D of points at their times, [B] for each half of x [2 B, item...]: y, and then G.
  std::pair<Tensor, Tensor> scores(const Params& params, const Tensor& x, const Tensor& s) const {
    const Tensor both = critic_->forward(params, {{"x", x}, {"t", at::cat({s, s})}}).flatten();
    return {both.narrow(0, 0, batch_()), both.narrow(0, batch_(), batch_())};
  }

  // |G_r - reference_r|^2 of each row. `made` is G_s.
  Tensor strayed(const Params& params, const Drawn& draw, const Tensor& made, weir::Rng rng) const {
    const auto marginals = static_cast<std::int64_t>(draw.chains.points.size());
    const bool whole = reference_->takes(marginals);
    weir::Batch followed = draw.chains;
    if (!whole) followed.points = {draw.chains.x0(), draw.chains.x1()};
    const Tensor r = whole ? rng.uniform({batch_()}) : draw.s;
    const Tensor g = whole ? placed(params, draw.chains, r) : made;
    return (g - reference_->at(followed, r, at::zeros_like(g)).xt).square().flatten(1).sum(1);
  }

  static double finite(const Tensor& loss, const char* whose, std::int64_t k) {
    const auto value = loss.detach().to(at::kDouble).item<double>();
    if (!std::isfinite(value))
      throw std::runtime_error(fmt::format(
          "the loss of the {} is {} at step {}; lower the rates of both optimisers, or raise gamma", whose,
          value, k));
    return value;
  }

  void step_critic(std::int64_t k, const weir::Rng& rng, const Params& path, weir::Fit& critic,
                   bool told) const {
    const Drawn draw = drawn(rng);
    const Tensor x = at::cat({draw.real, placed(path, draw.chains, draw.s)}).detach().requires_grad_(true);
    const Params live = critic.params().requiring_grad();
    const auto [at_real, at_fake] = scores(live, x, draw.s);
    const Tensor loss = at::softplus(at_fake - at_real).mean();
    const Tensor slope = weir::grad(at_real.sum() + at_fake.sum(), {x}, /*retain_graph=*/true,
                                    /*create_graph=*/true)
                             .front();
    const Tensor penalty = 2 * slope.square().flatten(1).sum(1).mean();  // a mean of each half, added
    if (told) {
      critic_loss_.append(k, finite(loss, "critic", k));
      penalty_.append(k, finite(penalty, "critic", k));
    }
    critic.step(weir::grad(loss + 0.5 * gamma_() * penalty, live.values()), scale(k));
  }

  double step_path(std::int64_t k, const weir::Rng& rng, weir::Fit& path, const Params& critic) const {
    const Drawn draw = drawn(rng);
    const Params live = path.params().requiring_grad();
    const Tensor made = placed(live, draw.chains, draw.s);
    Tensor loss = (made - draw.own).square().flatten(1).sum(1).mean();
    if (k > pretrain_()) {
      const auto [at_real, at_fake] = scores(critic, at::cat({draw.real, made}), draw.s);
      loss = at::softplus(at_real - at_fake).mean();
    }
    const Tensor strayed = this->strayed(live, draw, made, rng.at("reference")).mean();
    const double value = finite(loss, "path", k);
    loss_.append(k, value);
    regulariser_.append(k, finite(strayed, "path", k));
    path.step(weir::grad(loss + weight_() * strayed, live.values()), scale(k));
    return value;
  }
};

}  // namespace

WEIR_PLUGIN(LearnedInterpolant, "A path that passes given laws at given times, learned against a critic")
