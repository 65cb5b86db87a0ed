// plugins/noise/zero.cpp -- no noise: the deterministic regime.
//
//   gamma(t) = 0        gamma'(t) = 0
//
// Source   rectified flow, Liu, Gong, Liu, arXiv 2209.03003.
// Oracle   in closed form, pairs on their own lines have no loss and no gradient variance at their field
//          (metric/gradient_variance_exact).
// Peers    torchcfm ConditionalFlowMatcher(sigma=0); interflow gamma zero; the others have no noise in the path
// Shapes   t, gamma, gamma' [N]
// Limits   x_t is a deterministic function of the pair and t: straight lines can be memorised.
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Zero final : public weir::Noise {
 public:
  Tensor gamma(const Tensor& t) const override { return at::zeros_like(t); }
  Tensor dgamma(const Tensor& t) const override { return at::zeros_like(t); }
  bool zero() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Zero, "No noise: deterministic straight lines")
