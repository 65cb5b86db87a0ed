// plugins/noise/constant.cpp -- the same spread at every time.
//
//   gamma(t) = sigma        gamma'(t) = 0
//
// Source   I-CFM, Tong et al., arXiv 2302.00482; sigma = 0.05 in arXiv 2510.18118.
// Oracle   stochastic flows end with sigma^2 added to the variance, within five standard errors and 1 %; gamma' is the central difference
//          of gamma.
// Peers    torchcfm ConditionalFlowMatcher(sigma)
// Shapes   t, gamma, gamma' [N]
// Limits   x_0 and x_1 are noisy too: the ends of the path are the data convolved with N(0, sigma^2 I).
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Constant final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative, "standard deviation of the noise"};

 public:
  Tensor gamma(const Tensor& t) const override { return at::full_like(t, sigma_()); }
  Tensor dgamma(const Tensor& t) const override { return at::zeros_like(t); }
  bool zero() const override { return sigma_() == 0; }
};

}  // namespace

WEIR_PLUGIN(Constant, "Noise of constant standard deviation, as in I-CFM")
