// plugins/optimiser/adam.cpp -- Adam.
//
//   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
//   theta -= lr (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps)        g includes weight_decay theta
//
// Source   Kingma, Ba, arXiv 1412.6980; LibTorch's fused kernel.
// Oracle   steps of PyTorch 2.11.0's torch.optim.Adam, to 12 digits; a bowl is gone down to a thousandth.
// Peers    torch.optim.Adam
// Shapes   as the parameters
// Limits   weight decay is L2 regularisation, scaled by the adaptive step; optimiser/adamw decouples it.
#include <weir/math/optimiser/adam.hpp>
#include <weir/plugin.hpp>

namespace {

class Adam final : public weir::AdaptiveMoments {
 public:
  Adam() : AdaptiveMoments(&at::_ops::_fused_adam_::call, 0.0, "L2 regularisation") {}
};

}  // namespace

WEIR_PLUGIN(Adam, "Adam")
