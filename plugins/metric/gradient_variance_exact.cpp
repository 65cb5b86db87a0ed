// plugins/metric/gradient_variance_exact.cpp -- the variance of the loss gradient at an affine field, without sampling.
//
//   total   tr Cov(g), g the gradient of one sample's loss with respect to theta and Theta       loss   E ||u_t - v||^2
//
// What metric/gradient_variance estimates from the same objective and field; the formulas are in
// core/math/exact_gradient_variance.hpp. Infinite numbers are given as such, with the reason.
//
// Source   the problem: arXiv 2510.18118, section 3.
// Oracle   a table that was checked by automatic differentiation, to 9 digits; shorter closed forms for M = I; per-sample gradients by
//          Monte Carlo at three random settings; Simpson's rule over single times.
// Peers    none
// Shapes   total, loss, total_error, loss_error [1]    bin [bins]
// Limits   fresh, jointly normal pairs and fields v = (I + t Theta)^-1 (theta + Theta x); anything else is refused.
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/exact_gradient_variance.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class ExactGradientVariance final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", "loss whose gradient it is"};
  weir::Port<weir::Field> field_{this, "field", "affine field at which it is taken"};
  weir::Param<std::int64_t> bins_{this, "bins", 10, weir::at_least(1), "equal bins of t in (0, 1)"};
  weir::Output<Tensor> total_{this, "total", "1", "trace of the covariance of the gradient of one sample",
                              "float64"};
  weir::Output<Tensor> loss_{this, "loss", "1", "mean loss", "float64"};
  weir::Output<Tensor> bin_{this, "bin", "1", "total, given that t is in each bin", "float64"};
  weir::Output<Tensor> total_error_{this, "total_error", "1",
                                    "difference of total from that on twice as many nodes", "float64"};
  weir::Output<Tensor> loss_error_{this, "loss_error", "1",
                                   "difference of loss from that on twice as many nodes", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    field_->plan_for(objective_->domain(), plan);
    if (!plan.clean()) return;
    weir::plan_normal_flow(plan, *objective_);
    weir::plan_normal_flow(plan, "field", *field_);
    for (auto* output : {&total_, &loss_, &total_error_, &loss_error_}) output->plan({}, {});
    for (auto* output : {&total_, &loss_}) output->reserve_reason();
    bin_.plan({bins_()}, {"time_bin"});
  }

  void run(weir::Run&) override {
    const weir::ExactVariance exact =
        weir::exact_gradient_variance(weir::normal_flow(*objective_, *field_, parameters()), bins_());
    total_.set(number(exact.total));
    loss_.set(number(exact.loss));
    if (!exact.total_reason.empty()) total_.reason(exact.total_reason);
    if (!exact.loss_reason.empty()) loss_.reason(exact.loss_reason);
    bin_.set(exact.bin);
    total_error_.set(number(exact.total_error));
    loss_error_.set(number(exact.loss_error));
  }

 private:
  static Tensor number(double value) { return at::scalar_tensor(value, at::kDouble); }

  weir::Params parameters() const {
    weir::Rng rng = this->rng().at("init");
    return field_->init(objective_->domain(), rng);
  }
};

}  // namespace

WEIR_PLUGIN(ExactGradientVariance, "Variance of the loss gradients at an affine field, in closed form")
