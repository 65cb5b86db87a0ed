// tests/sdk/zoo/network/stuttering.cpp -- uses its layer twice, and says that it is taped.
#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Stuttering final : public weir::Network {
 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    if (signature.inputs.size() != 1 || signature.inputs.begin()->second.shape.size() != 1 ||
        signature.output.size() != 1)
      plan.fault("", "stutters vectors");
  }
  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    weir::nn::Named named;
    weir::nn::init_linear(named, "word", signature.inputs.begin()->second.shape[0], signature.output[0], rng);
    return weir::Params(std::move(named));
  }
  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    const Tensor x = inputs.at("x");
    return weir::nn::linear(params, "word", x) + weir::nn::linear(params, "word", x.square());
  }
  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Stuttering, "An animal that says everything twice")
