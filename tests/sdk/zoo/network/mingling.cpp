// tests/sdk/zoo/network/mingling.cpp -- an output of each row that depends on the other rows.
#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Mingling final : public weir::Network {
 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    if (signature.inputs.size() != 1 || signature.inputs.begin()->second.shape.size() != 1 ||
        signature.output.size() != 1)
      plan.fault("", "mingles vectors");
  }
  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    weir::nn::Named named;
    weir::nn::init_linear(named, "herd", signature.inputs.begin()->second.shape[0], signature.output[0], rng);
    return weir::Params(std::move(named));
  }
  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    const Tensor x = inputs.at("x");
    return weir::nn::linear(params, "herd", x - x.mean(0));
  }
};

}  // namespace

WEIR_PLUGIN(Mingling, "An animal that is only itself beside the others")
