// plugins/optimiser/adamw.cpp -- Adam with decoupled weight decay.
//
//   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
//   theta -= lr weight_decay theta + lr (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps)
//
// Source   Loshchilov, Hutter, arXiv 1711.05101; LibTorch's fused kernel.
// Oracle   steps of PyTorch 2.11.0's torch.optim.AdamW, to 12 digits; a bowl is gone down to a thousandth.
// Peers    torch.optim.AdamW
// Shapes   as the parameters
// Limits   the decay is multiplied by the scheduled learning rate, as in PyTorch.
#include <ATen/ops/_fused_adamw.h>

#include <weir/math/optimiser/adam.hpp>
#include <weir/plugin.hpp>

namespace {

class AdamW final : public weir::AdaptiveMoments {
 public:
  AdamW() : AdaptiveMoments(&at::_ops::_fused_adamw_::call, 0.01, "decoupled weight decay") {}
};

}  // namespace

WEIR_PLUGIN(AdamW, "Adam with decoupled weight decay")
