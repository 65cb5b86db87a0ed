// tests/sdk/zoo/network/rider.cpp -- another network, its outputs on a scale of their own.
#include <weir/kinds/learn/network.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::Network {
  weir::Port<weir::Network> network_{this, "network", "what it rides on"};
  weir::Param<double> scale_{this, "scale", 2, weir::positive, "factor of its outputs"};

 public:
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    network_->plan_for(signature, plan);
  }
  weir::Params init(const Signature& signature, weir::Rng& rng) const override {
    return network_->init(signature, rng);
  }
  Tensor forward(const weir::Params& params, const weir::Context& inputs) const override {
    return scale_() * network_->forward(params, inputs);
  }
  Tensor features(const weir::Params& params, const weir::Context& inputs) const override {
    return network_->features(params, inputs);
  }
  bool taped() const override { return network_->taped(); }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a network")
