// plugins/optimiser/sgd.cpp -- stochastic gradient descent, with momentum.
//
//   b = momentum b + g        theta -= lr b        g includes weight_decay theta
//
// Source   Sutskever et al., ICML 2013, in PyTorch's form (the learning rate outside the buffer).
// Oracle   steps of PyTorch 2.11.0's torch.optim.SGD, to 12 digits; a bowl is gone down to a thousandth.
// Peers    torch.optim.SGD
// Shapes   as the parameters
// Limits   none.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Sgd final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-2, weir::positive, "learning rate"};
  weir::Param<double> momentum_{this, "momentum", 0.0, weir::probability, "decay of the velocity buffer"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.0, weir::non_negative, "L2 regularisation"};

 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    if (momentum_() > 0) weir::add_moments(memory, "b", params);
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t,
            double scale) const override {
    std::vector<Tensor> values = params.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      Tensor direction = weight_decay_() > 0 ? grads[i] + weight_decay_() * values[i] : grads[i];
      if (momentum_() > 0)
        direction = memory.at("b/" + params.tensors()[i].first).mul_(momentum_()).add_(direction);
      values[i].sub_(direction, scale * lr_());
    }
  }

  std::optional<double> rate(const weir::State&, double scale) const override {
    return momentum_() == 0 && weight_decay_() == 0 ? std::optional(scale * lr_()) : std::nullopt;
  }
};

}  // namespace

WEIR_PLUGIN(Sgd, "Stochastic gradient descent with momentum")
