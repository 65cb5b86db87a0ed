// plugins/optimiser/lion.cpp -- Lion: steps by the sign of a momentum.
//
//   theta -= lr (sign(b1 m + (1 - b1) g) + weight_decay theta)        then  m = b2 m + (1 - b2) g
//
// Source   Chen et al., arXiv 2302.06675, algorithm 2.
// Oracle   ten steps of the authors' program on a small least-squares problem, in float64
// Peers    lion_pytorch of google/automl; optax.lion; rectified-flow, torchcfm none
// Shapes   as the parameters
// Limits   each coordinate moves by lr in every step, whatever its gradient: a third to a tenth of Adam's lr, three to ten times its decay, and
//          a schedule that ends low.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Lion final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-4, weir::positive, "learning rate, by which each coordinate moves"};
  weir::Param<double> beta1_{this, "beta1", 0.9, weir::below_one, "share of the momentum in the direction"};
  weir::Param<double> beta2_{this, "beta2", 0.99, weir::below_one, "decay of the momentum"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.0, weir::non_negative, "decoupled weight decay"};

 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    weir::add_moments(memory, "m", params);
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t,
            double scale) const override {
    const std::vector<Tensor> values = params.values(), m = weir::moments(memory, "m", params);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Tensor direction = (beta1_() * m[i] + (1 - beta1_()) * grads[i]).sign_();
      values[i].mul_(1 - scale * lr_() * weight_decay_()).sub_(direction, scale * lr_());
      m[i].mul_(beta2_()).add_(grads[i], 1 - beta2_());
    }
  }
};

}  // namespace

WEIR_PLUGIN(Lion, "Lion: steps by the sign of a momentum")
