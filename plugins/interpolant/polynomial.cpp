// plugins/interpolant/polynomial.cpp -- straight lines that are left slowly: the power of the time in place of the time.
//
//   alpha(t) = 1 - t^n        beta(t) = t^n        x_t = (1 - t^n) x0 + t^n x1 + gamma(t) z        u_t = n t^(n - 1) (x1 - x0)
//
// Source   the convex schedulers of Lipman et al., Flow Matching Guide and Code, arXiv 2412.06264
// Oracle   numbers of flow_matching 1.0.10; n = 1 is interpolant/linear
// Peers    flow_matching PolynomialConvexScheduler(n)
// Shapes   t [N]
// Limits   n is at least 1: below, the velocity is infinite at t = 0. Above 1 it is 0 there and says nothing of x1: an objective with
//          `loss: data` weighs small times as t^(2 - 2 n), which has no mean from n = 3/2 on unless t is kept from 0.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Polynomial final : public weir::TwoPoint {
  weir::Param<double> power_{this, "power", 2.0, weir::at_least(1), "exponent n; 1: interpolant/linear"};

 public:
  Tensor alpha(const Tensor& t) const override { return -(power_() * t.log()).expm1(); }
  Tensor beta(const Tensor& t) const override { return t.pow(power_()); }
  Tensor dalpha(const Tensor& t) const override { return -dbeta(t); }
  Tensor dbeta(const Tensor& t) const override { return power_() * t.pow(power_() - 1); }
};

}  // namespace

WEIR_PLUGIN(Polynomial, "Straight lines from x0 to x1, followed as a power of t")
