// plugins/field/unet.cpp -- a small U-Net for images.
//
//   e = W2 silu(W1 tau(t)) + linear in the context  tau: sines and cosines of t; labels one-hot (math/autograd/context.hpp)
//   block(h) = skip(h) + conv(silu((1 + a) norm(conv(silu(norm(h)))) + b)),  (a, b) = W e for each channel
//   down     at each level `blocks` blocks, then a convolution of stride 2; up the same with the level's results beside it,
//            after nearest-neighbour growth to exactly the level's size, so odd sizes work (28, 14, 7, 4)
//
// Source   Ho et al., arXiv 2006.11239, without attention, with the scale and shift of Dhariwal & Nichol, arXiv 2105.05233.
//          The last convolution starts at zero, so v starts at zero.
// Oracle   velocities of the same layers assembled from torch.nn of PyTorch 2.11.0 (tests/plugins/field/unet.py), to 1e-12.
// Peers    torchcfm UNetModel, UNetModelWrapper (models/unet, with attention); UNet of flow_matching's and rectified-flow's examples
// Shapes   x, v [B, C, H, W]; parameters in, time.0, time.2, down.<level>.<block>..., middle..., up..., out
// Limits   images only. GroupNorm takes up to 8 groups of 4 channels or more, as the number of channels divides.
#include <fmt/format.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/context.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

#include <cmath>

#include "layers.hpp"

namespace {

using weir::Shape;
using weir::Tensor;
namespace nn = weir::nn;

constexpr double highest_frequency = 64;
constexpr double most_channels = 8192;

Tensor residual(const nn::Layers& layers, const std::string& name, const Tensor& x, const Tensor& time,
                std::int64_t out) {
  Tensor h = layers.conv(name + ".conv1", at::silu(layers.norm(name + ".norm1", x)), out);
  // After the norm: added before it, a number for each channel would be lost where a group is one channel.
  const std::vector<Tensor> ab =
      layers.linear(name + ".time", time, 2 * out).unsqueeze(2).unsqueeze(3).chunk(2, 1);
  h = at::silu((1 + ab[0]) * layers.norm(name + ".norm2", h) + ab[1]);
  h = layers.conv(name + ".conv2", h, out);
  return h + (x.size(1) == out ? x : layers.conv(name + ".skip", x, out, 1));
}

class Unet final : public weir::Field {
  weir::Param<std::int64_t> width_{this, "width", 32, weir::between(1, 4096), "channels of the first level"};
  weir::Param<weir::Numbers> multipliers_{
      this,
      "multipliers",
      {1, 2, 2},
      weir::at_least(1),
      "channels of each level over width; whole numbers, one for each level"};
  weir::Param<std::int64_t> blocks_{this, "blocks", 1, weir::between(1, 16),
                                    "residual blocks at each level, on each way"};
  weir::Param<std::int64_t> features_{this, "features", 32, weir::between(2, 4096),
                                      "sines and cosines of t; even"};

  std::int64_t channels(std::size_t level) const {
    return width_() * static_cast<std::int64_t>(multipliers_()[level]);
  }

  Tensor through(const nn::Layers& layers, const Tensor& x, const Tensor& t,
                 const weir::Context& context) const {
    const auto at_level = [](const char* way, std::size_t level, const auto& part) {
      return fmt::format("{}.{}.{}", way, level, part);
    };
    Tensor e = layers.linear("time.0", nn::time_features(t, features_(), highest_frequency), 4 * width_());
    e = layers.linear("time.2", at::silu(e), 4 * width_());
    const Tensor told = nn::context_features(layers.params(), context);
    e = at::silu(told.defined() ? e + told : e);

    Tensor h = layers.conv("in", x, width_());
    std::vector<Tensor> kept;
    const std::size_t levels = multipliers_().size();
    for (std::size_t level = 0; level < levels; ++level) {
      for (std::int64_t block = 0; block < blocks_(); ++block) {
        h = residual(layers, at_level("down", level, block), h, e, channels(level));
        kept.push_back(h);
      }
      if (level + 1 < levels) h = layers.conv(at_level("down", level, "half"), h, channels(level), 3, 2);
    }
    h = residual(layers, "middle", h, e, channels(levels - 1));
    for (std::size_t level = levels; level-- > 0;) {
      for (std::int64_t block = 0; block < blocks_(); ++block) {
        h = residual(layers, at_level("up", level, block), at::cat({h, kept.back()}, 1), e, channels(level));
        kept.pop_back();
      }
      if (level > 0) {
        const auto size = kept.back().sizes().slice(2);
        h = layers.conv(at_level("up", level, "double"), at::upsample_nearest2d(h, size),
                        channels(level - 1));
      }
    }
    return layers.conv("out", at::silu(layers.norm("out_norm", h)), x.size(1));
  }

 public:
  void plan(weir::Plan& plan) override {
    if (features_() % 2 != 0) {
      plan.fault("features",
                 fmt::format("features must be even (half sines, half cosines), not {}", features_()));
    }
    if (multipliers_().empty())
      plan.fault("multipliers", "multipliers must have a number for each level, and has none");
    for (const double m : multipliers_()) {
      if (m != std::floor(m))
        plan.fault("multipliers", fmt::format("multipliers must be whole numbers, not {}", m));
      if (m * static_cast<double>(width_()) > most_channels) {
        plan.fault("multipliers", fmt::format("width {} times multiplier {} are more than {} channels",
                                              width_(), m, most_channels));
      }
    }
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    nn::plan_context(domain, plan);
    const Shape& item = domain.item;
    if (item.size() != 3) {
      plan.fault(
          "",
          fmt::format(
              "field/unet is for images {{channel, height, width}}, and these items have {} dimension{}",
              item.size(), item.size() == 1 ? "" : "s"),
          "use field/mlp");
    }
  }

  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    nn::Named named;
    nn::init_context(named, domain, 4 * width_(), rng);
    const nn::Zeros zeros(domain, rng.options());
    through(nn::Layers(named, rng), zeros.x, zeros.t, zeros.context);
    for (auto& [name, tensor] : named) {
      if (weir::layer_of(name) == "out") tensor = at::zeros_like(tensor);
    }
    return weir::Params(std::move(named));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    return through(nn::Layers(params), x, t, context);
  }

  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Unet, "Small U-Net for images")
