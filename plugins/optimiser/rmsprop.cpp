// plugins/optimiser/rmsprop.cpp -- RMSprop, centred or not, with momentum or without.
//
//   v = a v + (1 - a) g^2        c = a c + (1 - a) g where centred        d = g / (sqrt(v - c^2) + eps)
//   b = momentum b + d           theta -= lr b                            g includes weight_decay theta
//
// Source   Tieleman, Hinton, COURSERA lecture 6.5 (2012); centred: Graves, arXiv 1308.0850, eq. (38) to (45); in PyTorch's form.
// Oracle   ten steps of torch.optim.RMSprop 2.11 on a small least-squares problem, in float64
// Peers    torch.optim.RMSprop; optax.rmsprop
// Shapes   as the parameters
// Limits   v starts at zero and is not corrected for that: the first steps are 1 / sqrt(1 - a) times as long, 10 at the default.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class RmsProp final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-2, weir::positive, "learning rate"};
  weir::Param<double> alpha_{this, "alpha", 0.99, weir::below_one, "decay of the squares' average"};
  weir::Param<double> eps_{this, "eps", 1e-8, weir::positive, "added to the root of the squares' average"};
  weir::Param<double> momentum_{this, "momentum", 0.0, weir::below_one, "decay of the velocity buffer"};
  weir::Param<bool> centred_{this, "centred", false,
                             "whether the gradients' average is taken off: their variance"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.0, weir::non_negative, "L2 regularisation"};

 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    weir::add_moments(memory, "v", params);
    if (centred_()) weir::add_moments(memory, "c", params);
    if (momentum_() > 0) weir::add_moments(memory, "b", params);
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t,
            double scale) const override {
    for (std::size_t i = 0; i < grads.size(); ++i) {
      const auto& [name, value] = params.tensors()[i];
      const Tensor g = weight_decay_() > 0 ? grads[i] + weight_decay_() * value : grads[i];
      Tensor spread = memory.at("v/" + name).mul_(alpha_()).addcmul_(g, g, 1 - alpha_());
      // Of a gradient that is always the same, round-off may leave less than nothing.
      if (centred_())
        spread =
            (spread - memory.at("c/" + name).mul_(alpha_()).add_(g, 1 - alpha_()).square()).clamp_min_(0);
      Tensor direction = g / (spread.sqrt() + eps_());
      if (momentum_() > 0) direction = memory.at("b/" + name).mul_(momentum_()).add_(direction);
      value.sub_(direction, scale * lr_());
    }
  }
};

}  // namespace

WEIR_PLUGIN(RmsProp, "RMSprop: steps by the gradient over the root of its recent squares")
