// core/math/autograd/mlp.cpp -- linear layers and what is between them.
#include <weir/math/autograd/mlp.hpp>

#include <stdexcept>
#include <utility>

namespace weir::nn {
namespace {

std::string layer(std::int64_t k) { return "net." + std::to_string(2 * k); }

}  // namespace

const std::vector<std::string>& activations() {
  static const std::vector<std::string> names = {"silu", "relu", "tanh", "selu", "gelu"};
  return names;
}

Tensor activate(const std::string& name, const Tensor& x) {
  if (name == "silu") return at::silu(x);
  if (name == "relu") return at::relu(x);
  if (name == "tanh") return at::tanh(x);
  if (name == "selu") return at::selu(x);
  if (name == "gelu") return at::gelu(x);
  throw std::logic_error("there is no activation '" + name + "'");
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
    h = activate(activation, k == 0 && e.defined() ? h + e : h);
  }
  return h;
}

Tensor Mlp::apply(const Params& params, const Tensor& h, const Tensor& e) const {
  const Tensor y = linear(params, layer(depth), hidden(params, h, e));
  return depth == 0 && e.defined() ? y + e : y;
}

}  // namespace weir::nn
