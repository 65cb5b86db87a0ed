// plugins/objective/cross_entropy.cpp -- flow matching to binary words, compared bit by bit: the cross-entropy of the predicted data.
//
//   q_i = (1 + s_i x1^_i) / 2,  s_i the sign of x1_i        the probability that x1^ = E[x1 | x_t] gives to the bit that is there
//   l = -sum_i log q_i,  times the pair's weight            = sum_i log(1 + exp(-s_i y_i)) of the logits y, x1^ = tanh(y / 2)
//
// x1^ is what the velocity says of the data (core/kinds/flow/space.hpp). field/prediction with `of: logits` keeps it between -1 and 1, and
// the derivative by a logit is then -s (1 - q), at most 1 whatever t is: no time counts more than another. Its minimiser is the exact
// velocity, as that of the squared loss is.
//
// Below q = 1e-6 the logarithm goes on as its tangent, and above 1 it is 0, so that a field which leaves that range has a finite loss.
//
// Source   Hong et al., arXiv 2602.10420 (the abstract; its experiments' settings are not stated anywhere that could be read); the
//          cross-entropy and its derivative: Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.2.
// Oracle   log(1 + exp(-s y)) of logits, though they go by a velocity; 64 / 27 for the steepest squared loss; of independent bits the
//          exact sign errs as Q(t / (1 - t)), within five standard errors.
// Peers    none: torch.nn.BCEWithLogitsLoss of logits
// Shapes   x_t, x1 [B, item...]    l [B]
// Limits   for x1 of -1 and 1; of other numbers the sign alone is compared. What float32 keeps of x1^ tells logits up to some 14 apart.
//          Samples are those of `objective`, whose own loss is not used. A field that is not kept between -1 and 1 has no slope beyond 1.
#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

#include "other_loss.hpp"

namespace {

using weir::Tensor;

constexpr double least = 1e-6;  // q below which the logarithm is its tangent

class CrossEntropy final : public weir::OtherLoss {
 public:
  CrossEntropy()
      : OtherLoss(weir::mandatory.needing<weir::FlowMatchingParts>(),
                  "flow matching with loss: velocity, whose pairs, times and path are taken") {}

  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const weir::TwoPoint& path = *weir::facet<weir::FlowMatchingParts>(*objective_)->interpolant;
    const Tensor v = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor data =
        weir::from_velocity(weir::Space::data, path, weir::off_the_ends(sample["t"]))(sample["xt"], v);
    const Tensor q = ((1 + sample.batch.x1().sign() * data) / 2).clamp_max(1);
    const Tensor lost = (least - q).clamp_min(0) / least - q.clamp_min(least).log();
    const Tensor loss = lost.flatten(1).sum(1);
    return sample.batch.weight.defined() ? loss * sample.batch.weight : loss;
  }
};

}  // namespace

WEIR_PLUGIN(CrossEntropy, "Cross-entropy of the binary data that a velocity predicts")
