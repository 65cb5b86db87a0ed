// plugins/field/normal.cpp -- the exact minimiser for jointly normal pairs: linear regression of the velocity on the place.
//
//   x_t = alpha X0 + beta X1 + gamma z,   u_t = alpha' X0 + beta' X1 [+ gamma' z],   X0 = m0 + A e,  X1 = m1 + B e,  e ~ N(0, I)
//   v(x, t) = E[u_t | x_t = x] = m_u + S_ux S_xx^+ (x - m_x)
//
//   S_xx = L L^T + gamma^2 I,   S_ux = L' L^T [+ gamma gamma' I],   L = alpha A + beta B,   L' = alpha' A + beta' B
//
// of independent standard normal points on the linear path: v = (2 t - 1) x / ((1 - t)^2 + t^2)
//
// Source   the normal law's conditional mean; Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797, section 2.
// Oracle   the regression line of u_t on x_t through 200000 pairs, for three noises; (2 t - 1) x / ((1 - t)^2 + t^2) and a half turn's -4
//          x by hand.
// Peers    interflow GMMInterpolant of one component each (independent pairs)
// Shapes   x, v [B, item...]; no parameters
// Limits   fresh pairs that are jointly normal: coupling/independent between normal laws, coupling/affine. Where S_xx is singular
//          (lines that meet in one point) the pseudo-inverse: v says nothing of directions in which no point lies. One decomposition of
//          a D x D matrix for each time that differs.
#include <fmt/format.h>

#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Normal final : public weir::Field {
  weir::Port<weir::Coupling> coupling_{this, "coupling", weir::mandatory.needing<weir::JointNormalLaw>(),
                                       "fresh pairs that are jointly normal"};
  weir::Port<weir::TwoPoint> interpolant_{
      this, "interpolant", weir::by_default("linear").needing<weir::Coefficients>(), "the path between them"};

 public:
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (domain.item != coupling_->shape())
      plan.fault("coupling",
                 "field/normal is a field on the items of its own pairs, which have another shape than the "
                 "points it is asked at");
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    const Tensor points = x.flatten(1).to(at::kDouble);
    const auto at = [&](const Tensor& now) { return velocity_at(points, now); };
    return weir::with_limits(*interpolant_, t, "field/normal", at).to(x.scalar_type()).reshape_as(x);
  }

 private:
  Tensor velocity_at(const Tensor& points, const Tensor& t) const {
    const weir::JointNormalLaw law = *weir::facet<weir::JointNormalLaw>(*coupling_);
    const weir::TwoPoint& path = *interpolant_;
    const auto [times, which] = at::_unique(t, /*sorted=*/true, /*return_inverse=*/true);
    const auto wide = [](const Tensor& factor) { return factor.view({-1, 1, 1}); };
    const Tensor alpha = wide(path.alpha(times)), beta = wide(path.beta(times)),
                 dalpha = wide(path.dalpha(times)), dbeta = wide(path.dbeta(times));
    const Tensor load = alpha * law.load0 + beta * law.load1,
                 slope = dalpha * law.load0 + dbeta * law.load1;  // L, L' [T, D, K]
    const Tensor eye = at::eye(law.mean0.size(0), law.mean0.options());
    const Tensor spread = at::bmm(load, load.mT()) + wide(path.noise().gamma(times)).square() * eye;
    Tensor together = at::bmm(slope, load.mT());
    if (path.noise_in_target()) together = together + wide(path.noise().gamma_dgamma(times)) * eye;
    // A variance that is round-off of those of the pairs is none.
    const double least = 1e-12 * (law.load0.square().sum() + law.load1.square().sum()).item<double>();
    const Tensor regression =
        at::bmm(together, at::linalg_pinv(spread, least, /*rtol=*/0, /*hermitian=*/true));
    const auto mean = [&, &which = which](const Tensor& of0, const Tensor& of1) {
      return (of0.squeeze(2) * law.mean0 + of1.squeeze(2) * law.mean1).index_select(0, which);
    };
    const Tensor off = points - mean(alpha, beta);
    return mean(dalpha, dbeta) + at::bmm(regression.index_select(0, which), off.unsqueeze(2)).squeeze(2);
  }
};

}  // namespace

WEIR_PLUGIN(Normal, "Exact minimiser for jointly normal pairs")
