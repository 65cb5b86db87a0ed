// plugins/interpolant/variance_preserving.cpp -- the path of a diffusion with a rate that grows evenly, from its noise to its data.
//
//   s = 1 - t        rate(s) = beta_min + s (beta_max - beta_min)        T = int_0^s rate = s beta_min + s^2 / 2 (beta_max - beta_min)
//   beta(t) = exp(-T / 2)        alpha(t) = sqrt(1 - exp(-T))        x_t = alpha x0 + beta x1 + gamma(t) z
//   beta' = rate beta / 2        alpha' = -rate beta^2 / (2 alpha)
//
// Source   Song et al., arXiv 2011.13456, section 3.4 (VP), which is Ho, Jain, Abbeel, arXiv 2006.11239, in continuous time
// Oracle   numbers of flow_matching 1.0.10; alpha^2 + beta^2 = 1; T against a quadrature of the rate
// Peers    flow_matching VPScheduler; SiT VPCPlan; rectified-flow AffineInterp("ddim"); torchebm VariancePreservingInterpolant
// Shapes   t [N]
// Limits   it does not begin at x0 but at alpha(0) x0 + beta(0) x1, with beta(0) = exp(-(beta_min + beta_max) / 4), 0.0066 by default
//          (InexactEnds): a flow started at x0 is that far from the path. alpha' is infinite at t = 1, and its square has no integral: the
//          mean loss is infinite unless t is kept from 1 (time/uniform with eps).
#include <cmath>

#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class VariancePreserving final : public weir::TwoPoint {
  weir::Param<double> beta_min_{this, "beta_min", 0.1, weir::positive, "rate of the diffusion at the data"};
  weir::Param<double> beta_max_{this, "beta_max", 20.0, weir::positive, "rate of the diffusion at the noise"};
  weir::Facet<weir::InexactEnds> ends_{this, [this] {
                                         const double whole = (beta_min_() + beta_max_()) / 2;  // T at t = 0
                                         return weir::InexactEnds{.alpha0 = std::sqrt(-std::expm1(-whole)),
                                                                  .beta0 = std::exp(-whole / 2)};
                                       }};

  Tensor rate(const Tensor& t) const { return beta_min_() + (1 - t) * (beta_max_() - beta_min_()); }
  Tensor integral(const Tensor& t) const {
    const Tensor s = 1 - t;
    return s * (beta_min_() + s * ((beta_max_() - beta_min_()) / 2));
  }

 public:
  Tensor alpha(const Tensor& t) const override { return (-(-integral(t)).expm1()).sqrt(); }
  Tensor beta(const Tensor& t) const override { return (integral(t) / -2).exp(); }
  Tensor dalpha(const Tensor& t) const override { return rate(t) * beta(t).square() / (-2 * alpha(t)); }
  Tensor dbeta(const Tensor& t) const override { return rate(t) * beta(t) / 2; }
};

}  // namespace

WEIR_PLUGIN(VariancePreserving, "The path of a variance-preserving diffusion, from noise to data")
