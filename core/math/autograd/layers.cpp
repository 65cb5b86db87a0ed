// core/math/autograd/layers.cpp -- taped layers: each leaves its input and its output, from which its per-sample gradients follow.
//
// What is taped shares memory with the graph, so nothing after a layer may change a tensor in place.
#include <weir/math/autograd/layers.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <weir/math/autograd/layer_gradients.hpp>

namespace weir::nn {
namespace {

// [m, out * in + out] of x [m, T, in], delta [m, T, out]: sums over the T positions of a sample.
Tensor form_linear(const Tensor& x, const Tensor& delta) {
  return at::cat({delta.transpose(1, 2).bmm(x).flatten(1), delta.sum(1)}, 1);
}

Tensor form_conv2d(const Tensor& x, const Tensor& delta, std::int64_t kernel, std::int64_t stride,
                   std::int64_t padding) {
  const Tensor patches =
      at::im2col(x, {kernel, kernel}, {1, 1}, {padding, padding}, {stride, stride});  // [m, in k k, T]
  const Tensor d = delta.flatten(2);                                                  // [m, out, T]
  return at::cat({d.bmm(patches.transpose(1, 2)).flatten(1), d.sum(2)}, 1);
}

Tensor uniform_within(double bound, at::IntArrayRef shape, Rng rng) {
  return (2 * rng.uniform(shape) - 1) * bound;
}

void init_uniform(Named& into, const std::string& name, const Shape& weight, Rng& rng) {
  std::int64_t fan_in = 1;
  for (std::size_t i = 1; i < weight.size(); ++i) fan_in *= weight[i];
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  into.emplace_back(name + ".weight", uniform_within(bound, weight, rng.at(name + ".weight")));
  into.emplace_back(name + ".bias", uniform_within(bound, {weight[0]}, rng.at(name + ".bias")));
}

}  // namespace

Tensor linear(const Params& params, const std::string& name, const Tensor& x) {
  return linear(params, name + ".weight", name + ".bias", x);
}

Tensor linear(const Params& params, const std::string& weight, const std::string& bias, const Tensor& x) {
  const Tensor y = at::linear(x, params[weight], params[bias]);
  if (params.tape()) {
    const auto finish = [a = x.detach()](const Tensor& delta) {
      if (a.dim() == 2) return outer_product_gradients(a, delta);
      const std::int64_t width = delta.size(-1) * (a.size(-1) + 1);
      return formed_gradients(a, delta, width, form_linear);
    };
    const std::string whole = params.on_tape(weight);
    params.tape()->record({layer_of(whole), {whole, params.on_tape(bias)}, y, finish});
  }
  return y;
}

Tensor conv2d(const Params& params, const std::string& name, const Tensor& x, std::int64_t stride,
              std::int64_t padding) {
  const Tensor& weight = params[name + ".weight"];
  const Tensor y = at::conv2d(x, weight, params[name + ".bias"], {stride, stride}, {padding, padding});
  if (params.tape()) {
    const std::int64_t kernel = weight.size(2);
    const std::int64_t width = weight.numel() + weight.size(0);
    const auto finish = [=, a = x.detach()](const Tensor& delta) {
      return formed_gradients(a, delta, width, [=](const Tensor& rows, const Tensor& d) {
        return form_conv2d(rows, d, kernel, stride, padding);
      });
    };
    const std::string layer = params.on_tape(name);
    params.tape()->record({layer, {layer + ".weight", layer + ".bias"}, y, finish});
  }
  return y;
}

Tensor group_norm(const Params& params, const std::string& name, const Tensor& x, std::int64_t groups) {
  const Tensor y = at::group_norm(x, groups, params[name + ".weight"], params[name + ".bias"]);
  if (params.tape()) {
    const auto finish = [=, a = x.detach()](const Tensor& delta) {
      const Tensor normal = at::group_norm(a, groups).reshape({a.size(0), a.size(1), -1});
      const Tensor d = delta.reshape_as(normal);
      return dense_gradients(at::cat({(normal * d).sum(2), d.sum(2)}, 1));
    };
    const std::string layer = params.on_tape(name);
    params.tape()->record({layer, {layer + ".weight", layer + ".bias"}, y, finish});
  }
  return y;
}

std::int64_t groups_of(std::int64_t channels) {
  std::int64_t groups = std::clamp<std::int64_t>(channels / 4, 1, 8);
  while (channels % groups != 0) --groups;
  return groups;
}

void init_linear(Named& into, const std::string& name, std::int64_t in, std::int64_t out, Rng& rng) {
  init_uniform(into, name, {out, in}, rng);
}

void init_conv2d(Named& into, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel,
                 Rng& rng) {
  init_uniform(into, name, {out, in, kernel, kernel}, rng);
}

void init_group_norm(Named& into, const std::string& name, std::int64_t channels, const Rng& rng) {
  into.emplace_back(name + ".weight", at::ones({channels}, rng.options()));
  into.emplace_back(name + ".bias", at::zeros({channels}, rng.options()));
}

Tensor time_features(const Tensor& t, std::int64_t width, double highest) {
  if (width < 2 || width % 2 != 0)
    throw std::logic_error("time features need an even width, not " + std::to_string(width));
  const std::int64_t half = width / 2;
  const double octave = half > 1 ? std::log(highest) / static_cast<double>(half - 1) : 0;
  const Tensor frequency = at::exp(at::arange(half, t.options()) * octave) * (2 * std::numbers::pi);
  const Tensor phase = t.unsqueeze(1) * frequency;
  return at::cat({phase.sin(), phase.cos()}, 1);
}

}  // namespace weir::nn
