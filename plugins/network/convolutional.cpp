// plugins/network/convolutional.cpp -- a small network for images: convolutions that halve them, then a linear layer.
//
//   h_0 = image     h_k = silu(norm(conv(h_(k-1)))), k = 1..layers     y = W flatten(h_layers) + b
//
// Each convolution is 3 x 3 with stride 2 and padding 1, so that n pixels become floor((n + 1) / 2); channels are width, 2 width, 4 width.
//
// Source   LeCun et al., Proc. IEEE 86 (1998), with strides for pooling; group norm, Wu, He, arXiv 1803.08494.
// Oracle   outputs of the same layers of PyTorch 2.11.0, to 1e-13.
// Peers    torch.nn.Conv2d, GroupNorm, SiLU, Linear
// Shapes   image [B, C, H, W]; y [B, k]; features flatten(h_layers) [B, k']; parameters conv.<k>, norm.<k>, out
// Limits   one input, an image, and an output of one dimension. No statistics over the batch: group norm, no batch norm.
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Shape;
using weir::Tensor;
namespace nn = weir::nn;

class Convolutional final : public weir::Network {
  weir::Param<std::int64_t> width_{this, "width", 16, weir::between(1, 1024),
                                   "channels of the first convolution"};
  weir::Param<std::int64_t> layers_{this, "layers", 2, weir::between(1, 6), "number of convolutions"};

  std::int64_t channels(std::int64_t k) const { return width_() << k; }  // k from 0

  static const Tensor& image(const weir::Context& inputs) {
    if (inputs.size() != 1 || inputs.begin()->second.dim() != 4)
      throw std::invalid_argument(
          inputs.size() != 1
              ? fmt::format("network/convolutional takes one image, and is given {} inputs", inputs.size())
              : fmt::format("network/convolutional takes images [B, C, H, W], and '{}' has {} dimensions",
                            inputs.begin()->first, inputs.begin()->second.dim()));
    return inputs.begin()->second;
  }

 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    if (signature.inputs.size() != 1)
      return plan.fault("",
                        fmt::format("network/convolutional takes one image, and is given {} inputs",
                                    signature.inputs.size()),
                        "use network/mlp");
    const auto& [name, entry] = *signature.inputs.begin();
    if (entry.classes > 0 || entry.shape.size() != 3)
      return plan.fault(
          "",
          fmt::format("network/convolutional is for images {{channel, height, width}}, and '{}' {}", name,
                      entry.classes > 0 ? "is a label"
                                        : fmt::format("has {} dimension{}", entry.shape.size(),
                                                      entry.shape.size() == 1 ? "" : "s")),
          "use network/mlp");
    if (signature.output.size() != 1)
      plan.fault(
          "", fmt::format("network/convolutional gives [B, k], and an output of {} dimensions is wanted here",
                          signature.output.size()));
  }

  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    const Shape& item = signature.inputs.begin()->second.shape;
    nn::Named named;
    std::int64_t in = item[0], height = item[1], width = item[2];
    for (std::int64_t k = 0; k < layers_(); ++k) {
      nn::init_conv2d(named, fmt::format("conv.{}", k), in, channels(k), 3, rng);
      nn::init_group_norm(named, fmt::format("norm.{}", k), channels(k), rng);
      in = channels(k), height = (height + 1) / 2, width = (width + 1) / 2;
    }
    nn::init_linear(named, "out", in * height * width, signature.output.front(), rng);
    return weir::Params(std::move(named));
  }

  Tensor features(const weir::Params& params, const weir::Context& inputs) const override {
    Tensor h = image(inputs);
    for (std::int64_t k = 0; k < layers_(); ++k) {
      h = nn::conv2d(params, fmt::format("conv.{}", k), h, 2, 1);
      h = at::silu(nn::group_norm(params, fmt::format("norm.{}", k), h, nn::groups_of(channels(k))));
    }
    return h.flatten(1);
  }
  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    return nn::linear(params, "out", features(params, inputs));
  }

  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Convolutional, "Small convolutional network for images")
