// core/kinds/learn/network.hpp -- any trainable map that is not a velocity field: a classifier, an encoder, a discriminator.
//
// It is a pure function of (params, inputs), and is told what it is a map between when its parameters are made.
//
// Laws (`weir plugin check` holds every network to them; `weir explain law/network` prints them)
//   shape        forward is [B, output...], of the inputs' dtype and device, and finite; so are features, [B, k], where it has them
//   rows         row i depends on row i of the inputs alone: no statistics over the batch
//   seed         init draws from its Rng alone: equal seeds give equal parameters, another seed gives others; equal parameters give
//                equal outputs
//   inputs       an input that it does not refuse at plan changes its output; asked without one that init was told of, it says so
//   tape         at params.taped(tape) it returns what it returns without
//   per_sample   a network that is taped() has the per-sample gradients on its tape that one backward pass for each row gives
//   float32      at float32 inputs and parameters it gives what float64 gives, to float32's accuracy
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <weir/kinds/flow/domain.hpp>
#include <weir/node.hpp>
#include <weir/params.hpp>

namespace weir {

class Network : public Node {
 public:
  static constexpr const char* kind = "network";
  ~Network() override;

  // What it is a map between, of one row each.
  struct Signature {
    std::map<std::string, Domain::Entry> inputs;  // by name; a label is int64, of a number of classes
    Shape output;
  };

  // Initial parameters for this signature; the trained ones for a trainer's network.
  virtual Params init(const Signature& signature, Rng& rng) const = 0;
  // Faults of this network for this signature, asked by whoever uses it, at plan.
  virtual void plan_for(const Signature& signature, Plan& plan) const { (void)signature, (void)plan; }

  // [B, output...] of inputs [B, ...], those that init was told of. Errors: std::invalid_argument where one is missing.
  virtual Tensor forward(const Params& params, const Context& inputs) const = 0;
  // What the last layer is given, [B, k]. Errors: std::logic_error of a network that has no last layer.
  virtual Tensor features(const Params& params, const Context& inputs) const;

  // What it was trained for; nothing before a training.
  virtual std::optional<Signature> trained_for() const { return std::nullopt; }

  // Whether every parameter is used through taped layers, so that a Tape gives exact per-sample gradient norms.
  virtual bool taped() const { return false; }
};

// A network with parameters of its own: what a trainer gives. `init` returns a copy of them, so another trainer goes on from there;
// before they are set, in plan, the model's own, which have the same names and shapes. It is asked as it was trained.
class FittedNetwork final : public Network {
 public:
  FittedNetwork(const Network& model, Signature signature)
      : model_(model), signature_(std::move(signature)) {}
  void set(Params params) { params_ = std::move(params); }

  Params init(const Signature&, Rng& rng) const override {
    return params_.empty() ? model_.init(signature_, rng) : params_.clone();
  }
  void plan_for(const Signature& signature, Plan& plan) const override;
  Tensor forward(const Params& params, const Context& inputs) const override {
    return model_.forward(params, inputs);
  }
  Tensor features(const Params& params, const Context& inputs) const override {
    return model_.features(params, inputs);
  }
  std::optional<Signature> trained_for() const override { return signature_; }
  bool taped() const override { return model_.taped(); }

 private:
  const Network& model_;
  Signature signature_;
  Params params_;
};

}  // namespace weir
