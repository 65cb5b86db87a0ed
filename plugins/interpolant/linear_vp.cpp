// plugins/interpolant/linear_vp.cpp -- the path on which the share of the data grows evenly and the variance is preserved.
//
//   alpha(t) = sqrt(1 - t^2)        beta(t) = t        x_t = alpha x0 + t x1 + gamma(t) z        u_t = x1 - t / sqrt(1 - t^2) x0
//
// Source   Lipman et al., Flow Matching Guide and Code, arXiv 2412.06264
// Oracle   numbers of flow_matching 1.0.10; alpha^2 + beta^2 = 1
// Peers    flow_matching LinearVPScheduler
// Shapes   t [N]
// Limits   alpha' is infinite at t = 1, and its square has no integral: the mean loss is infinite unless t is kept from 1
//          (time/uniform with eps). Fields in closed form give the limit at t = 1 where there is one, and say where there is none.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class LinearVp final : public weir::TwoPoint {
 public:
  Tensor alpha(const Tensor& t) const override { return ((1 - t) * (1 + t)).sqrt(); }
  Tensor beta(const Tensor& t) const override { return t; }
  Tensor dalpha(const Tensor& t) const override { return -t / alpha(t); }
  Tensor dbeta(const Tensor& t) const override { return at::ones_like(t); }
};

}  // namespace

WEIR_PLUGIN(LinearVp, "A path that preserves variance, with the data growing evenly")
