// plugins/objective/huber.cpp -- the pseudo-Huber loss of the velocity: quadratic near the target, linear far from it.
//
//   r_i = || u_t - v(x_t, t) ||        l_i = 2 delta^2 ( sqrt(1 + r_i^2 / delta^2) - 1 ),  times the pair's weight
//
//   l_i -> r_i^2 for r_i << delta, the loss of flow matching;   l_i -> 2 delta r_i for r_i >> delta, with gradients of length 2 delta
//
// Computed as 2 r^2 / (1 + sqrt(1 + r^2 / delta^2)), in which nothing cancels.
//
// Source   Charbonnier, Blanc-Feraud, Aubert, Barlaud, ICIP 1994 (the function); Song, Dhariwal, arXiv 2310.14189, section 3.3 (of the norm
//          of a whole item); Lee, Lin, Fanti, arXiv 2405.20320 (for rectified flows).
// Oracle   SciPy 1.17.1 scipy.special.pseudo_huber; the loss of flow matching for a large delta, 2 delta r for a small one.
// Peers    lucidrains/rectified-flow-pytorch pseudo_huber
// Shapes   x_t, u_t [B, item...]    l [B]
// Limits   Its minimiser is not the mean E[u_t | x_t], unless the target has one value there: a flow that is trained with it has the
//          path's marginals only as far as pairs do not cross. Samples are those of `objective`, whose own loss is not used.
#include <weir/plugin.hpp>

#include "other_loss.hpp"

namespace {

using weir::Tensor;

class Huber final : public weir::OtherLoss {
  weir::Param<double> delta_{this, "delta", 1, weir::positive,
                             "distance at which the loss turns from quadratic to linear"};

 public:
  Huber() : OtherLoss(weir::mandatory, "flow matching, whose pairs, times and targets are compared") {}

  void plan(weir::Plan& plan) override {
    if (!objective_->takes_field())
      plan.fault("objective", "this objective asks no field: there is no velocity to compare",
                 "take objective/flow_matching");
  }

  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor v = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor r = (sample["ut"] - v).flatten(1), far = (r / delta_()).square().sum(1);
    const Tensor loss = 2 * r.square().sum(1) / (1 + (1 + far).sqrt());
    return sample.batch.weight.defined() ? loss * sample.batch.weight : loss;
  }
};

}  // namespace

WEIR_PLUGIN(Huber, "Pseudo-Huber loss of the velocity: robust against targets that are far off")
