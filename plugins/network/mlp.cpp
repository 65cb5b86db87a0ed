// plugins/network/mlp.cpp -- a multilayer perceptron of whatever it is given.
//
//   h_0 = inputs of numbers, flattened, one after another in the order of their names
//   h_1 = act(W_1 h_0 + b_1 + e)     h_k = act(W_k h_(k-1) + b_k), k = 2..depth     y = W h_depth + b
//   e   = linear in the labels, one-hot, as if they stood in h_0                    math/autograd/context.hpp; none without labels
//
// With depth 0 it is linear: on labels of classes and a cross entropy, logistic regression.
//
// Source   PyTorch's Linear and its initialisation; the same layers as field/mlp (math/autograd/mlp.hpp).
// Oracle   outputs of the same layers of PyTorch 2.11.0, labels included, to 15 digits.
// Peers    torch.nn.Sequential of Linear; torchcfm MLP (models/models.py)
// Shapes   inputs [B, ...], labels int64 [B]; y [B, k]; features h_depth; parameters net.0, net.2, ... as in a torch.nn.Sequential
// Limits   an output of one dimension; at least one input that is no label; no dropout, no norms.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/context.hpp>
#include <weir/math/autograd/mlp.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;
using Entry = weir::Domain::Entry;

constexpr double most_parameters = 2147483647;  // 2^31 - 1

// A label has classes and no shape; a number has a shape {} and none.
bool is_label(const Entry& entry) { return entry.classes > 0; }

class Mlp final : public weir::Network {
  weir::Param<std::int64_t> width_{this, "width", 256, weir::at_least(1), "units of each hidden layer"};
  weir::Param<std::int64_t> depth_{this, "depth", 2, weir::between(0, 1000),
                                   "number of hidden layers; 0: linear"};
  weir::Param<std::string> activation_{this, "activation", "silu", weir::one_of(weir::nn::activations()),
                                       "nonlinearity after each hidden layer"};

  weir::nn::Mlp net() const { return {width_(), depth_(), activation_()}; }

  static std::int64_t numbers(const Signature& signature) {
    std::int64_t sum = 0;
    for (const auto& [name, entry] : signature.inputs) {
      if (is_label(entry)) continue;
      std::int64_t count = 1;
      for (const auto size : entry.shape) count *= size;
      sum += count;
    }
    return sum;
  }

  // The inputs that are labels, as what is told beside the others.
  static weir::Domain labels(const Signature& signature) {
    weir::Domain domain(weir::Shape{});
    for (const auto& [name, entry] : signature.inputs)
      if (is_label(entry)) domain.context.emplace(name, entry);
    return domain;
  }

  static Tensor joined(const weir::Params& params, const weir::Context& inputs) {
    const Tensor& weight = params["net.0.weight"];
    std::vector<Tensor> parts;
    std::vector<std::string> names;
    std::int64_t count = 0;
    for (const auto& [name, value] : inputs) {
      if (at::isIntegralType(value.scalar_type(), true)) continue;
      parts.push_back(value.reshape({value.size(0), -1}));
      names.push_back(name);
      count += parts.back().size(1);
    }
    if (count != weight.size(1))
      throw std::invalid_argument(fmt::format(
          "this network was made for rows of {} numbers, and is given {}: {}", weight.size(1), count,
          names.empty() ? "no input that is no label" : fmt::format("{}", fmt::join(names, ", "))));
    return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
  }

  static Tensor told(const weir::Params& params, const weir::Context& inputs) {
    return weir::nn::context_features(params, inputs, "this network", "its other inputs");
  }

 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    if (signature.output.size() != 1)
      return plan.fault("",
                        fmt::format("network/mlp gives [B, k], and an output of {} dimensions is wanted here",
                                    signature.output.size()));
    const std::int64_t in = numbers(signature), out = signature.output.front();
    if (in == 0) return plan.fault("", "network/mlp needs an input of numbers, and is given labels alone");
    const double count = net().parameters(static_cast<double>(in), static_cast<double>(out));
    if (count > most_parameters)
      plan.fault("width",
                 fmt::format("network/mlp with width {} and depth {} from {} numbers to {} would have {:.3g} "
                             "parameters; at most {:.0f} are possible",
                             width_(), depth_(), in, out, count, most_parameters),
                 "use a smaller width, or network/convolutional for images");
  }

  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    const std::int64_t out = signature.output.front();
    weir::nn::Named named;
    net().init(named, numbers(signature), out, rng);
    weir::nn::init_context(named, labels(signature), net().first(out), rng);
    return weir::Params(std::move(named));
  }

  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    const Tensor e = told(params, inputs);
    return net().apply(params, joined(params, inputs), e);
  }
  Tensor features(const weir::Params& params, const weir::Context& inputs) const override {
    const Tensor e = told(params, inputs);
    return net().hidden(params, joined(params, inputs), e);
  }

  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Mlp, "Multilayer perceptron of its inputs")
