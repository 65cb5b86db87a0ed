// plugins/field/dit.cpp -- a small diffusion transformer, for images and for words of tokens.
//
//   h    = W p + b + place    p the patches of patch x patch pixels of {C, H, W}, or the rows of {L, D}; place: sines and cosines of it
//   c    = silu(W2 silu(W1 tau(t)) + linear in the context)      tau: sines and cosines; labels one-hot (math/autograd/context.hpp)
//   h   <- h + g1 attention((1 + s1) LN(h) + b1)                 (s1, b1, g1, s2, b2, g2) = W c for each block: adaLN-Zero
//   h   <- h + g2 W4 gelu(W3 ((1 + s2) LN(h) + b2))              four times as wide between
//   v    = W ((1 + s) LN(h) + b), (s, b) = W c, put together to an item again
//   attention(h) = W softmax(q k^T / sqrt(d)) v,  (q, k, v) = W h,  in each of the heads, d = width / heads
//
// Source   Peebles, Xie, arXiv 2212.09748 (adaLN-Zero: every g, and v, starts at zero); Vaswani et al., arXiv 1706.03762.
// Oracle   numbers of the same network written in PyTorch 2.11 with torch.nn.functional
// Peers    SiT and DiT; rectified-flow's DiT; flow_matching's text transformer for tokens
// Shapes   x, v [B, C, H, W] or [B, L, D]; parameters in, time.0, time.2, block.<k>..., out_shift, out
// Limits   height and width are multiples of patch. Attention holds B heads T^2 numbers of T patches. PyTorch's initialisation of Linear
#include <fmt/format.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/context.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

#include <cmath>

#include "layers.hpp"

namespace {

using weir::Tensor;
namespace nn = weir::nn;

constexpr double highest_frequency = 64;
constexpr double slowest = 1e4;  // wavelength of the slowest sine of a place, over 2 pi

// [n, width] for places 0 .. n - 1.
Tensor places(std::int64_t n, std::int64_t width, const at::TensorOptions& options) {
  const Tensor f =
      at::exp(at::arange(width / 2, options) * (-2 * std::log(slowest) / static_cast<double>(width)));
  const Tensor phase = at::outer(at::arange(n, options), f);
  return at::cat({phase.sin(), phase.cos()}, 1);
}

Tensor normalised(const Tensor& h) { return at::layer_norm(h, {h.size(2)}, {}, {}, 1e-6); }
Tensor moved(const Tensor& h, const Tensor& scale, const Tensor& shift) {
  return (1 + scale.unsqueeze(1)) * normalised(h) + shift.unsqueeze(1);
}

class Dit final : public weir::Field {
  weir::Param<std::int64_t> width_{this, "width", 64, weir::between(4, 8192),
                                   "numbers of a patch; a multiple of 4"};
  weir::Param<std::int64_t> depth_{this, "depth", 4, weir::between(1, 256), "blocks"};
  weir::Param<std::int64_t> heads_{this, "heads", 4, weir::between(1, 256),
                                   "heads of attention; a divisor of width"};
  weir::Param<std::int64_t> patch_{this, "patch", 2, weir::between(1, 256), "pixels of a patch's side"};
  weir::Param<std::int64_t> features_{this, "features", 32, weir::between(2, 4096),
                                      "sines and cosines of t; even"};

 public:
  void plan(weir::Plan& plan) override {
    if (width_() % 4 != 0)
      plan.fault(
          "width",
          fmt::format("width is a multiple of 4 (sines and cosines of row and column), not {}", width_()));
    if (width_() % heads_() != 0)
      plan.fault("heads", fmt::format("{} heads do not divide a width of {}", heads_(), width_()),
                 "give a divisor of width");
    if (features_() % 2 != 0)
      plan.fault("features",
                 fmt::format("features must be even (half sines, half cosines), not {}", features_()));
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    nn::plan_context(domain, plan);
    const weir::Shape& item = domain.item;
    if (item.size() != 2 && item.size() != 3)
      return plan.fault(
          "",
          fmt::format("field/dit is for images {{channel, height, width}} and words {{token, category}}, "
                      "and these items have {} dimension{}",
                      item.size(), item.size() == 1 ? "" : "s"),
          "use field/mlp");
    if (item.size() == 3 && (item[1] % patch_() != 0 || item[2] % patch_() != 0))
      plan.fault(
          "patch",
          fmt::format("patches of {0} x {0} do not fill images of {1} x {2}", patch_(), item[1], item[2]),
          "give a divisor of both");
  }

  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    nn::Named named;
    nn::init_context(named, domain, width_(), rng);
    const nn::Zeros zeros(domain, rng.options());
    through(nn::Layers(named, rng), zeros.x, zeros.t, zeros.context);
    for (auto& [name, tensor] : named) {
      const std::string layer = weir::layer_of(name);
      if (layer.ends_with("shift") || layer == "out") tensor = at::zeros_like(tensor);
    }
    return weir::Params(std::move(named));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    return through(nn::Layers(params), x, t, context);
  }

  bool taped() const override { return true; }

 private:
  Tensor through(const nn::Layers& layers, const Tensor& x, const Tensor& t,
                 const weir::Context& context) const {
    Tensor c = layers.linear("time.0", nn::time_features(t, features_(), highest_frequency), width_());
    c = layers.linear("time.2", at::silu(c), width_());
    const Tensor told = nn::context_features(layers.params(), context);
    c = at::silu(told.defined() ? c + told : c);

    const Tensor patches = patches_of(x);
    Tensor h = layers.linear("in", patches, width_()) + place(x);
    for (std::int64_t k = 0; k < depth_(); ++k) {
      const std::string block = fmt::format("block.{}.", k);
      const std::vector<Tensor> m = layers.linear(block + "shift", c, 6 * width_()).chunk(6, 1);
      h = h + m[2].unsqueeze(1) * attention(layers, block, moved(h, m[0], m[1]));
      const Tensor wide = at::gelu(layers.linear(block + "mlp.0", moved(h, m[3], m[4]), 4 * width_()));
      h = h + m[5].unsqueeze(1) * layers.linear(block + "mlp.2", wide, width_());
    }
    const std::vector<Tensor> m = layers.linear("out_shift", c, 2 * width_()).chunk(2, 1);
    return whole(layers.linear("out", moved(h, m[0], m[1]), patches.size(2)), x);
  }

  Tensor attention(const nn::Layers& layers, const std::string& block, const Tensor& h) const {
    const auto rows = h.size(0), length = h.size(1), d = width_() / heads_();
    const Tensor qkv = layers.linear(block + "qkv", h, 3 * width_())
                           .view({rows, length, 3, heads_(), d})
                           .permute({2, 0, 3, 1, 4});  // [3, B, heads, T, d]
    const Tensor weight =
        (qkv[0].matmul(qkv[1].transpose(2, 3)) / std::sqrt(static_cast<double>(d))).softmax(3);
    return layers.linear(block + "attention", weight.matmul(qkv[2]).transpose(1, 2).reshape(h.sizes()),
                         width_());
  }

  // [B, T, numbers of a patch]
  Tensor patches_of(const Tensor& x) const {
    if (x.dim() == 3) return x;
    const auto p = patch_();
    return x.view({x.size(0), x.size(1), x.size(2) / p, p, x.size(3) / p, p})
        .permute({0, 2, 4, 1, 3, 5})
        .flatten(3)
        .flatten(1, 2);
  }
  // The item of patches.
  Tensor whole(const Tensor& patches, const Tensor& like) const {
    if (like.dim() == 3) return patches;
    const auto p = patch_();
    return patches.view({like.size(0), like.size(2) / p, like.size(3) / p, like.size(1), p, p})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape(like.sizes());
  }
  // [T, width]: of an image half of the row and half of the column.
  Tensor place(const Tensor& x) const {
    if (x.dim() == 3) return places(x.size(1), width_(), x.options());
    const auto rows = x.size(2) / patch_(), columns = x.size(3) / patch_(), half = width_() / 2;
    const Tensor row = places(rows, half, x.options()).unsqueeze(1).expand({rows, columns, half});
    const Tensor column = places(columns, half, x.options()).unsqueeze(0).expand({rows, columns, half});
    return at::cat({row, column}, 2).flatten(0, 1);
  }
};

}  // namespace

WEIR_PLUGIN(Dit, "Small diffusion transformer for images and words of tokens")
