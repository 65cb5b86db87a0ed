// plugins/time/u_shaped.cpp -- the ends of (0, 1) more often than its middle.
//
//   density(t) = alpha (exp(-alpha t) + exp(-alpha (1 - t))) / (2 (1 - exp(-alpha)))
//   t = e or 1 - e, each with probability 1/2,  e = -log(1 - u (1 - exp(-alpha))) / alpha,  u ~ U[0, 1)
//
// Source   Lee, Lin, Fanti, arXiv 2405.20320 (alpha = 4), for pairs of a flow that is trained again
// Oracle   the density normalised, and the variance integrated, by scipy 1.17.1
// Peers    rectified-flow TrainTimeSampler("u_shaped"), of alpha = 4
// Shapes   t, density [N]
// Limits   rows are independent, each with a coin of its own; where peers mirror one half of a draw onto the other, they are not
#include <cmath>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class UShaped final : public weir::Time {
  weir::Param<double> alpha_{this, "alpha", 4.0, weir::between(1e-3, 1e3),
                             "how much more often the ends; near 0: uniform"};

  double lost() const { return std::expm1(-alpha_()); }  // exp(-alpha) - 1

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor near = -(lost() * rng.uniform({n})).log1p() / alpha_();
    return at::where(rng.uniform({n}) < 0.5, near, 1 - near).clamp(0, 1);
  }
  Tensor density(const Tensor& t) const override {
    return ((-alpha_() * t).exp() + (-alpha_() * (1 - t)).exp()) * (alpha_() / (-2 * lost()));
  }
};

}  // namespace

WEIR_PLUGIN(UShaped, "Times near both ends more often than between")
