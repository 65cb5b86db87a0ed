// plugins/metric/variance_crossing.cpp -- how much noise makes the gradient variance at two affine fields equal.
//
//   D(s^2) = tr Cov(g) at `field` - tr Cov(g) at `other`, with s gamma and s gamma' in place of gamma and gamma'
//
// Covariances are linear and fourth moments quadratic in s^2, so D is a polynomial of degree two, known from its exact values
// at s = 0, 1 and 2. The crossing is the smallest s > 0 at which D is zero.
//
// Source   the question: arXiv 2510.18118, figure 4, where noise turns the preference from the pairs' field to the OT field.
// Oracle   crossings from root finding on the closed form by another program; at the crossing both variances are equal to 1e-9.
// Peers    none
// Shapes   factor, gamma [1]
// Limits   those of metric/gradient_variance_exact; the noise must not be zero.
#include <algorithm>
#include <cmath>
#include <limits>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/exact_gradient_variance.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class VarianceCrossing final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective",
                                         "loss whose gradient it is; its noise sets the scale"};
  weir::Port<weir::Field> field_{this, "field", "affine field, such as that of the pairs"};
  weir::Port<weir::Field> other_{this, "other", "affine field, such as that of optimal transport"};
  weir::Output<Tensor> factor_{this, "factor", "1", "factor on the noise at which the variances are equal",
                               "float64"};
  weir::Output<Tensor> gamma_{this, "gamma", "1", "gamma(1/2) there: sigma of a constant noise", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    for (const weir::Field* field : {&*field_, &*other_}) field->plan_for(objective_->domain(), plan);
    if (!plan.clean()) return;
    weir::plan_normal_flow(plan, *objective_);
    weir::plan_normal_flow(plan, "field", *field_);
    weir::plan_normal_flow(plan, "other", *other_);
    const auto parts = weir::facet<weir::FlowMatchingParts>(*objective_);
    if (parts && parts->interpolant->noise().zero())
      plan.fault("objective", "its interpolant has no noise whose size could be changed",
                 "set a noise, such as noise: {plugin: constant, sigma: 1}");
    for (auto* output : {&factor_, &gamma_}) output->plan({}, {});
    factor_.reserve_reason();
  }

  void run(weir::Run&) override {
    const auto at = [&](const weir::Field& field, double s) {
      weir::NormalFlow flow = weir::normal_flow(*objective_, field, parameters(field));
      flow.noise = s;
      return weir::exact_gradient_variance(flow, /*bins=*/1);
    };
    const auto difference = [&](double s) { return at(*field_, s).total - at(*other_, s).total; };
    const weir::ExactVariance noisy = at(*field_, 1), other = at(*other_, 1);
    if (std::isinf(noisy.total) && !std::isinf(other.total) && difference(0) < 0)
      return set(0, "infinite at `field` as soon as there is noise: " + noisy.total_reason);
    const double d0 = difference(0), d1 = difference(1), d4 = difference(2);
    if (!std::isfinite(d0) || !std::isfinite(d1)) return set(missing, "the variances are infinite");
    const double scale = at(*other_, 2).total;
    if (std::max({std::abs(d0), std::abs(d1), std::abs(d4)}) < 1e-10 * scale)
      return set(missing, "the variances are equal at every noise");
    // d0 + b q + c q^2
    const double c = (d4 - 4 * d1 + 3 * d0) / 12, b = d1 - d0 - c;
    const double q = smallest_positive_root(d0, b, c);
    set(std::sqrt(q), std::isnan(q) ? "no amount of noise makes them equal" : "");
  }

 private:
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

  weir::Params parameters(const weir::Field& field) const {
    weir::Rng rng = this->rng().at("init");
    return field.init(objective_->domain(), rng);
  }

  // Of a + b q + c q^2, or NaN. Written so that nothing cancels.
  static double smallest_positive_root(double a, double b, double c) {
    const double discriminant = b * b - 4 * a * c;
    if (discriminant < 0) return missing;
    const double h = -0.5 * (b + std::copysign(std::sqrt(discriminant), b));
    double least = missing;
    for (const double root : {h / c, a / h}) {
      if (std::isfinite(root) && root > 0 && !(root > least)) least = root;
    }
    return least;
  }

  void set(double factor, const std::string& reason) {
    const auto parts = weir::facet<weir::FlowMatchingParts>(*objective_);
    const Tensor half = at::full({1}, 0.5, at::kDouble);
    const Tensor value = at::scalar_tensor(factor, at::kDouble);
    factor_.set(value);
    gamma_.set(value * parts->interpolant->noise().gamma(half)[0]);
    if (!reason.empty()) factor_.reason(reason);
  }
};

}  // namespace

WEIR_PLUGIN(VarianceCrossing, "Noise at which the exact gradient variances at two affine fields are equal")
