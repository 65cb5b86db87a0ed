// plugins/probe/sgd_curve.cpp -- the exact risk of a linear field in training, and its rate, beside what theory says of both.
//
//   risk   R = E ||u_t - W x_t||^2 / 2 at the parameters of the step, over the law of the pairs: half of the mean loss
//   rate   gamma = 2 D times the number that the optimiser's last step was along the gradient; at step 1, that of its empty memory
//   *_ode  both at t = (k - 1) / D in the equations of core/math/sgd/ode.hpp, from the initial W, with this optimiser's rate
//   gap    log(risk / risk_ode)
//
// D numbers in an item; one row is one step of the paper's SGD, of which t counts D. A gap of one output is of order D^(-1/2); of the sum
// over D outputs it is of order 1 / D.
//
// Source   Collins-Woodfin et al., arXiv 2405.19585 (The High Line).
// Oracle   moments of u_t - W x_t written out for turned and correlated pairs; at the first step run and equations are in one place.
// Peers    none
// Cost     a product of D x D matrices at each observed step
// Shapes   risk, risk_ode, rate, rate_ode, gap [1]
// Limits   field/linear, batch 1, one t (time/fixed), fresh normal pairs with mean 0, and optimisers whose rate depends on the sum of the
//          squared gradients alone: optimiser/sgd without momentum and decay, and optimiser/adagrad_norm. A schedule other than constant
//          ends the run. The trainer's clip is not known here: leave it out. A training that goes on from another is compared from that
//          one's first step, if it began at the model's initial parameters.
#include <cmath>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/facets/linear_velocity.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/math/sgd/linear_flow.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// The optimiser's rate after steps on one parameter with gradients of these sizes.
std::optional<double> rate_after(const weir::Optimiser& optimiser, const std::vector<double>& gradients) {
  const weir::Params params({{"x", at::zeros({1}, at::kDouble)}});
  weir::State memory = optimiser.init(params);
  std::int64_t k = 0;
  for (const double gradient : gradients)
    optimiser.step(params, {at::full({1}, gradient, at::kDouble)}, memory, ++k, 1);
  return optimiser.rate(memory, 1);
}

bool of_sum_of_squares(const weir::Optimiser& optimiser) {
  const auto once = rate_after(optimiser, {5}), twice = rate_after(optimiser, {3, 4});
  return once && twice && std::abs(*once - *twice) <= 1e-12 * *once;
}

class SgdCurve final : public weir::Probe {
  weir::Trace risk_{this, "risk", "1", "half of the mean loss over the law of the pairs, before the step"};
  weir::Trace risk_ode_{this, "risk_ode", "1", "the same in the limit of many dimensions"};
  weir::Trace rate_{this, "rate", "1", "rate gamma of the step before"};
  weir::Trace rate_ode_{this, "rate_ode", "1", "the same in the limit of many dimensions"};
  weir::Trace gap_{this, "gap", "1", "|log(risk / risk_ode)|"};

  // From plan_for.
  std::optional<weir::LinearFlow> flow_;
  std::optional<weir::LinearVelocity> velocity_;
  const weir::Optimiser* optimiser_ = nullptr;
  std::optional<weir::SgdOde> start_;

  // The equations at the last observed step: always reached by the same intervals, so that a resumed training has the same bytes.
  mutable std::optional<weir::SgdOde> ode_;
  mutable std::int64_t reached_ = 0;

 public:
  void plan_for(const weir::Training& training, weir::Plan& plan) override {
    weir::plan_linear_flow(plan, training.objective, "");
    velocity_ = weir::facet<weir::LinearVelocity>(training.field);
    if (!velocity_)
      plan.fault("", "the risk in closed form is that of v = W x, and the model is another field",
                 "write model: {plugin: field/linear}");
    if (training.batch != 1)
      plan.fault("", fmt::format("the theory is of one pair a step, and the batch has {}", training.batch),
                 "write batch: 1");
    optimiser_ = &training.optimiser;
    if (!of_sum_of_squares(*optimiser_))
      plan.fault("",
                 fmt::format("the theory is of steps along the gradient whose rate depends on the sum of the "
                             "squared gradients alone, and those of '{}' are others",
                             optimiser_->path()),
                 "use optimiser/adagrad_norm, or optimiser/sgd without momentum and weight_decay");
    if (!plan.clean()) return;
    flow_.emplace(training.objective);
    start_.emplace(flow_->problem(velocity_->matrix(training.params)), [this](const weir::SgdOde::Now& now) {
      // The loss is twice the paper's, so that its squared gradients are 4 D^2 Q.
      return gamma(*rate_after(*optimiser_, {2 * dim() * std::sqrt(now.squares)}));
    });
    for (weir::Trace* trace : {&risk_, &risk_ode_, &rate_, &rate_ode_, &gap_}) trace->plan({}, {});
  }

  void observe(const weir::TrainingStep& step) const override {
    if (step.scale != 1)
      throw std::runtime_error(fmt::format(
          "the theory is of a constant schedule, and the learning rate is {} times lr at step {}; "
          "write schedule: constant and warmup: 0",
          step.scale, step.step));
    const double risk = flow_->risk(velocity_->matrix(step.params));
    const weir::SgdOde& ode = ode_at(step.step);
    risk_.append(step.step, risk);
    risk_ode_.append(step.step, ode.risk());
    rate_.append(step.step, gamma(*optimiser_->rate(step.memory, step.scale)));
    rate_ode_.append(step.step, ode.rate());
    gap_.append(step.step, std::abs(std::log(risk / ode.risk())));
  }

 private:
  double dim() const { return static_cast<double>(flow_->dim()); }
  double gamma(double rate) const { return 2 * dim() * rate; }

  const weir::SgdOde& ode_at(std::int64_t step) const {
    if (!ode_ || step < reached_) ode_ = start_, reached_ = 0;
    while (reached_ < step) {
      reached_ += every_();
      ode_->advance(static_cast<double>(reached_ - 1) / dim());
    }
    return *ode_;
  }
};

}  // namespace

WEIR_PLUGIN(SgdCurve,
            "Exact risk and rate of a linear field in training, beside the limit of many dimensions")
