// plugins/optimiser/adam.cpp -- Adam.
//
//   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
//   theta -= lr (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps)        g includes weight_decay theta
//
// Source   Kingma, Ba, arXiv 1412.6980; LibTorch's fused kernel.
// Shapes   as the parameters
// Limits   weight decay is L2 regularisation, scaled by the adaptive step; optimiser/adamw decouples it.
#include <weir/kinds/optimiser.hpp>
#include <weir/math/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Adam final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-3, weir::positive, "learning rate"};
  weir::Param<double> beta1_{this, "beta1", 0.9, weir::probability, "decay of the first moment"};
  weir::Param<double> beta2_{this, "beta2", 0.999, weir::probability, "decay of the second moment"};
  weir::Param<double> eps_{this, "eps", 1e-8, weir::positive, "added to the root of the second moment"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.0, weir::non_negative, "L2 regularisation"};

 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    weir::add_moments(memory, "m", params);
    weir::add_moments(memory, "v", params);
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t step,
            double scale) const override {
    at::_fused_adam_(params.values(), grads, weir::moments(memory, "m", params), weir::moments(memory, "v", params), {},
                     weir::step_counts(params, step), scale * lr_(), beta1_(), beta2_(), weight_decay_(), eps_(), false, false);
  }

  double learning_rate() const override { return lr_(); }
};

}  // namespace

WEIR_PLUGIN(Adam, "Adam")
