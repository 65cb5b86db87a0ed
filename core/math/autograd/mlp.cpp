// core/math/autograd/mlp.cpp -- linear layers and what is between them.
#include <ATen/core/grad_mode.h>

#include <weir/math/autograd/mlp.hpp>
#include <weir/math/autograd/stack.hpp>

#include <utility>

namespace weir::nn {
namespace {

std::string layer(std::int64_t k) { return "net." + std::to_string(2 * k); }

std::vector<std::string> layers(std::int64_t depth) {
  std::vector<std::string> names;
  for (std::int64_t k = 0; k <= depth; ++k) names.push_back(layer(k));
  return names;
}

}  // namespace

const std::vector<std::string>& activations() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const Activation& each : all_activations()) found.emplace_back(each.name);
    return found;
  }();
  return names;
}

double Mlp::parameters(double in, double out) const {
  const double w = static_cast<double>(width);
  if (depth == 0) return (in + 1) * out;
  return (in + 1) * w + static_cast<double>(depth - 1) * (w + 1) * w + (w + 1) * out;
}

void Mlp::init(Named& into, std::int64_t in, std::int64_t out, Rng& rng) const {
  for (std::int64_t k = 0; k < depth; ++k, in = width) init_linear(into, layer(k), in, width, rng);
  init_linear(into, layer(depth), in, out, rng);
}

Tensor Mlp::hidden(const Params& params, Tensor h, const Tensor& e) const {
  for (std::int64_t k = 0; k < depth; ++k) {
    h = linear(params, layer(k), h);
    h = activation_of(activation).of(k == 0 && e.defined() ? h + e : h);
  }
  return h;
}

std::shared_ptr<Pass> Mlp::pass(const Params& params, const Tensor& h) const {
  return stack_pass(params, layers(depth), activation_of(activation), h);
}

Tensor Mlp::apply(const Params& params, const Tensor& h, const Tensor& e) const {
  // Who looks at a tape without differentiating wants each layer's output.
  if (!params.tape() || (at::GradMode::is_enabled() && params[layer(0) + ".weight"].requires_grad())) {
    return stack(params, layers(depth), activation_of(activation), h, e);
  }
  const Tensor y = linear(params, layer(depth), hidden(params, h, e));
  return depth == 0 && e.defined() ? y + e : y;
}

}  // namespace weir::nn
