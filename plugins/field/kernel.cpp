// plugins/field/kernel.cpp -- the exact minimiser of the flow-matching loss for a fixed set of pairs with noise.
//
//   x_t = alpha x0 + beta x1 + gamma z             m_i = alpha x0_i + beta x1_i
//   v*(x, t) = E[u_t | x_t = x] = sum_i k_i u_i / sum_i k_i,        k_i = weight_i exp(-||x - m_i||^2 / (2 gamma^2))
//   u_i = alpha' x0_i + beta' x1_i [+ gamma' / gamma (x - m_i)]     the bracket with noise_in_target
//
// Source   Nadaraya-Watson; Reu et al., arXiv 2510.18118, section 4, for f = sigma: it is what "noise restores
//          generalisation" is measured against, free of training error. As gamma -> 0 it becomes the memorising field.
// Oracle   the mean of u_t near a point, by Monte Carlo of 400000 pairs, for two noises; on a pair's own line, as sigma goes to 0, that
//          pair's velocity.
// Peers    rectified-flow NadarayaWatson (models/kernel_method.py)
// Shapes   x, v [B, item...]; no parameters
// Limits   fixed pairs and an interpolant with noise. Where gamma(t) = 0 (a bridge's ends) the nearest pair's velocity.
//          Cost: B N D products per call for N pairs, in float64.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/math/numeric/posterior_means.hpp>
#include <weir/plugin.hpp>

#include <optional>

namespace {

using weir::Tensor;

class Kernel final : public weir::Field {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "the fixed pairs"};
  weir::Port<weir::TwoPoint> interpolant_{this, "interpolant",
                                          weir::by_default("linear").needing<weir::Coefficients>(),
                                          "the path between them, with noise"};

  std::optional<weir::FiniteSet> pairs_;

 public:
  void plan(weir::Plan& plan) override {
    if (!coupling_->size()) {
      plan.fault("coupling",
                 "field/kernel averages over a fixed set of pairs, and '" + coupling_->path() +
                     "' draws new ones at each step",
                 "write draw: {fixed: N} there");
    }
    weir::plan_path(plan, *interpolant_, *coupling_);
    if (interpolant_->noise().zero()) {
      plan.fault(
          "interpolant",
          "field/kernel needs noise: without it the minimiser is defined on the lines of the pairs alone",
          "give the interpolant noise: {plugin: constant, sigma: 0.05}; a small sigma shows the memorising "
          "limit");
    }
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (domain.item != coupling_->shape()) {
      plan.fault(
          "coupling",
          "field/kernel is a field on the items of its own pairs, which have another shape than the points "
          "it is asked at");
    }
  }

  void run(weir::Run&) override {
    const weir::Batch all = coupling_->all();
    pairs_.emplace(std::vector<Tensor>{all.x0().flatten(1), all.x1().flatten(1)}, all.weight);
  }

  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    if (!pairs_) throw std::logic_error("field/kernel was asked for a velocity before it was run");
    const Tensor points = x.flatten(1);
    const auto at = [&](const Tensor& times) { return velocity_at(points, times); };
    return weir::with_limits(*interpolant_, t, "field/kernel", at).to(x.scalar_type()).reshape_as(x);
  }

 private:
  Tensor velocity_at(const Tensor& points, const Tensor& times) const {
    const auto& path = *interpolant_;
    const Tensor alpha = path.alpha(times), beta = path.beta(times), gamma = path.noise().gamma(times);

    const std::vector<Tensor> mean = pairs_->posterior_means(points, {alpha, beta}, gamma.square());

    Tensor v = path.dalpha(times).unsqueeze(1) * mean[0] + path.dbeta(times).unsqueeze(1) * mean[1];
    if (path.noise_in_target()) {
      // E[z | x_t] = (x - E[m | x]) / gamma; where gamma = 0 the point says nothing of z, whose mean is 0.
      const Tensor z =
          (points - alpha.unsqueeze(1) * mean[0] - beta.unsqueeze(1) * mean[1]) / gamma.unsqueeze(1);
      const Tensor pull = path.noise().dgamma(times).unsqueeze(1) * z;
      v = v + at::where(gamma.unsqueeze(1) > 0, pull, at::zeros_like(pull));
    }
    return v;
  }
};

}  // namespace

WEIR_PLUGIN(Kernel, "Exact minimiser of the flow-matching loss for fixed pairs with noise")
