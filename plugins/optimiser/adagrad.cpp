// plugins/optimiser/adagrad.cpp -- AdaGrad: each coordinate at a rate of its own, from its gradients so far.
//
//   s = s + g^2, s_0 = initial        theta -= lr g / (sqrt(s) + eps)        g includes weight_decay theta
//
// Source   Duchi, Hazan, Singer, J. Mach. Learn. Res. 12 (2011) 2121-2159, of diagonal matrices; in PyTorch's form.
// Oracle   ten steps of torch.optim.Adagrad 2.11 on a small least-squares problem, in float64
// Peers    torch.optim.Adagrad; optax.adagrad
// Shapes   as the parameters
// Limits   the first step is by lr in each coordinate, and steps fall as k^(-1/2): lr is large beside Adam's. PyTorch's lr_decay is a schedule's
//          affair here. optimiser/adagrad_norm has one rate for all coordinates.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Adagrad final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-2, weir::positive, "learning rate, the length of the first step"};
  weir::Param<double> initial_{this, "initial", 0.0, weir::non_negative, "what the squares are added to"};
  weir::Param<double> eps_{this, "eps", 1e-10, weir::positive, "added to the root of the squares' sum"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.0, weir::non_negative, "L2 regularisation"};

 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    weir::add_moments(memory, "s", params);
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t,
            double scale) const override {
    const std::vector<Tensor> values = params.values(), sums = weir::moments(memory, "s", params);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Tensor g = weight_decay_() > 0 ? grads[i] + weight_decay_() * values[i] : grads[i];
      sums[i].addcmul_(g, g);
      values[i].addcdiv_(g, (sums[i] + initial_()).sqrt_().add_(eps_()), -scale * lr_());
    }
  }
};

}  // namespace

WEIR_PLUGIN(Adagrad, "AdaGrad: each coordinate at a rate of its own, from its gradients so far")
