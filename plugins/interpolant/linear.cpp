// plugins/interpolant/linear.cpp -- straight lines between the points of a pair.
//
//   alpha(t) = 1 - t        beta(t) = t        x_t = (1 - t) x0 + t x1 + gamma(t) z        u_t = x1 - x0
//
// Source   rectified flow, Liu, Gong, Liu, arXiv 2209.03003; with noise, Tong et al., arXiv 2302.00482.
// Oracle   u_t is the central difference of x_t; interpolant/spline through two points, to the bit.
// Peers    torchcfm ConditionalFlowMatcher; flow_matching CondOTProbPath; rectified-flow straight (lerp); interflow linear; SiT ICPlan;
//          torchebm linear
// Shapes   t [N]
// Limits   two points: interpolant/spline goes through several.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Linear final : public weir::TwoPoint {
 public:
  Tensor alpha(const Tensor& t) const override { return 1 - t; }
  Tensor beta(const Tensor& t) const override { return t; }
  Tensor dalpha(const Tensor& t) const override { return at::full_like(t, -1); }
  Tensor dbeta(const Tensor& t) const override { return at::ones_like(t); }
};

}  // namespace

WEIR_PLUGIN(Linear, "Straight lines from x0 to x1")
