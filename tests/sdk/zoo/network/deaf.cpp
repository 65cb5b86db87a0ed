// tests/sdk/zoo/network/deaf.cpp -- takes any inputs, and listens to the first alone.
#include <functional>
#include <numeric>

#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Deaf final : public weir::Network {
 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    if (signature.output.size() != 1) plan.fault("", "gives rows of numbers");
  }
  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    const weir::Shape& item = signature.inputs.at("x").shape;
    weir::nn::Named named;
    weir::nn::init_linear(named, "ear",
                          std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>()),
                          signature.output[0], rng);
    return weir::Params(std::move(named));
  }
  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    return weir::nn::linear(params, "ear", inputs.at("x").flatten(1));
  }
};

}  // namespace

WEIR_PLUGIN(Deaf, "An animal that hears with one ear")
