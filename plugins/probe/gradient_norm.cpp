// plugins/probe/gradient_norm.cpp -- how long the gradient of a step is, and how much that varies from step to step.
//
//   norm_k = || grad mean_i l_i || at step k        over all parameters, before any clipping
//   mean_k, cv_k = mean of norm_j, and their standard deviation over it, for the observed steps j <= k beyond half of the training
//
// The last rows are those of the second half. A loss whose weight has no second moment shows in cv, which grows with the number of steps
// instead of settling.
//
// Source   what arXiv 2602.10420 argues of the velocity loss of a data prediction; running moments: Welford, Technometrics 4 (1962).
// Oracle   gradients (3 k, 4 k), whose lengths, mean and spread are known by hand.
// Peers    the value of torch.nn.utils.clip_grad_norm_; Cockpit GradNorm
// Shapes   norm, mean, cv [1]
// Limits   half of the steps that the training takes at most: one that stops early may have no cv, and one that goes on from another
//          counts all of its own. cv is there from the second observed step on.
#include <cmath>

#include <weir/kinds/learn/probe.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class GradientNorm final : public weir::Probe {
  weir::Trace norm_{this, "norm", "1", "length of the gradient of the mean loss"};
  weir::Trace mean_{this, "mean", "1", "mean length over the second half of the steps, so far"};
  weir::Trace cv_{this, "cv", "1", "its standard deviation over its mean, so far; NaN where all are 0"};

  std::int64_t half_ = 0;  // from plan_for: the last step that counts for the first half

  mutable std::int64_t count_ = 0;
  mutable double average_ = 0, squares_ = 0;  // of the lengths; sum of squared distances from their mean

 public:
  void plan_for(const weir::Training& training, weir::Plan&) override {
    half_ = training.steps / 2;
    for (weir::Trace* trace : {&norm_, &mean_, &cv_}) trace->plan({}, {});
  }

  void observe(const weir::TrainingStep& step) const override {
    Tensor square = at::zeros({}, step.losses.options().dtype(at::kDouble));
    for (const Tensor& grad : step.grads) square = square + grad.to(at::kDouble).square().sum();
    const double norm = std::sqrt(square.item<double>());
    norm_.append(step.step, norm);
    if (step.step <= half_) return;
    const double off = norm - average_;
    average_ += off / double(++count_);
    squares_ += off * (norm - average_);
    mean_.append(step.step, average_);
    if (count_ > 1) cv_.append(step.step, std::sqrt(squares_ / double(count_ - 1)) / average_);
  }

  weir::State save() const override {
    return {{"count", at::scalar_tensor(count_, at::kLong)},
            {"average", at::scalar_tensor(average_, at::kDouble)},
            {"squares", at::scalar_tensor(squares_, at::kDouble)}};
  }
  void load(const weir::State& state) override {
    count_ = state.at("count").item<std::int64_t>();
    average_ = state.at("average").item<double>();
    squares_ = state.at("squares").item<double>();
  }
};

}  // namespace

WEIR_PLUGIN(GradientNorm, "Length of a training step's gradient, and its variation over the second half")
