// plugins/interpolant/trigonometric.cpp -- a quarter of a circle from x0 to x1, at constant angular speed.
//
//   alpha(t) = cos(pi t / 2)        beta(t) = sin(pi t / 2)        x_t = alpha x0 + beta x1 + gamma(t) z
//   u_t = pi / 2 (alpha x1 - beta x0)
//
// alpha^2 + beta^2 = 1: of independent points with one covariance x_t has it too, at every time. Computed as sin(pi (1 - t) / 2), so
// that alpha(1) = 0.
//
// Source   Albergo, Vanden-Eijnden, arXiv 2209.15571; Tong et al., arXiv 2302.00482 (VP-CFM); GVP of Ma et al., arXiv 2401.08740
// Oracle   numbers of torchcfm 1.0.7 and flow_matching 1.0.10; alpha^2 + beta^2 = 1
// Peers    torchcfm VariancePreservingConditionalFlowMatcher (with noise/constant); flow_matching CosineScheduler; SiT GVPCPlan;
//          rectified-flow AffineInterp("spherical"); torchebm CosineInterpolant; stochastic-interpolants one-sided-trig
// Shapes   t [N]
// Limits   two points. The path named trig of stochastic-interpolants shrinks alpha and beta by sqrt(1 - gamma^2), which this does not.
#include <numbers>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double quarter = std::numbers::pi / 2;

class Trigonometric final : public weir::TwoPoint {
 public:
  Tensor alpha(const Tensor& t) const override { return beta(1 - t); }
  Tensor beta(const Tensor& t) const override { return (quarter * t).sin(); }
  Tensor dalpha(const Tensor& t) const override { return -quarter * beta(t); }
  Tensor dbeta(const Tensor& t) const override { return quarter * alpha(t); }
};

}  // namespace

WEIR_PLUGIN(Trigonometric, "Arcs of a circle from x0 to x1, which preserve variance")
