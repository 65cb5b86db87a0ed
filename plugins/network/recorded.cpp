// plugins/network/recorded.cpp -- the trained network of an objective, from the record of another run: a judge that is used again.
//
//   task:  {plugin: objective/classification, data: digits, network: {plugin: network/convolutional}}      as in that run
//   judge: {plugin: network/recorded, file: judge.h5, node: train, objective: task}
//
// Source   /nodes/<node>/params, ema_params or best_params of the record, those after the objective's prefix. The file's SHA-256 is
//          recorded.
// Oracle   the scores that the training's own run recorded, to the bit (tests/cli/history.test.cpp).
// Peers    none: torch.load and load_state_dict, by hand
// Shapes   as the objective's network
// Limits   the objective is written again: it says what the network is a map between. Names and shapes of the parameters are compared with
//          the record's, and the network's own parameters with those of the one there.
#include <memory>

#include <fmt/format.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/recorded_training.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Params;
using weir::RecordedTraining;
using weir::Tensor;

class Recorded final : public weir::Network {
  weir::Port<weir::Objective> objective_{this, "objective",
                                         "what was trained, with its network, written as it was there"};
  weir::Param<weir::Path> file_{this, "file", weir::required, "record of the run that trained it"};
  weir::Param<std::string> node_{this, "node", weir::required, "its trainer in that run, such as train"};
  weir::Param<std::string> which_{
      this, "which", "network", weir::one_of({"network", "ema", "best"}),
      "the last parameters, the averaged, or the best of a training with early stopping"};

  std::optional<RecordedTraining> record_;
  RecordedTraining::Set saved_;
  std::unique_ptr<weir::FittedNetwork> network_;

 public:
  void plan(weir::Plan& plan) override {
    const auto own = objective_->network();
    if (!own)
      return plan.fault("objective", fmt::format("'{}' trains no network of its own", objective_->path()));
    record_ = RecordedTraining::open(file_(), node_(), plan);
    if (!record_) return;
    const std::string set = which_() == "network" ? "params" : which_() + "_params";
    for (const auto& [name, saved] : record_->find(set, "which", plan))
      if (name.starts_with(own->prefix)) saved_[name.substr(own->prefix.size())] = saved;
    if (!plan.clean()) return;
    for (const weir::PortSchema& port : objective_->schema().ports)
      if (port.kind == Network::kind)
        record_->compare(*own->network, record_->bound_to({"objective", port.name}), "network", "objective",
                         plan);
    if (!plan.clean()) return;
    network_ = std::make_unique<weir::FittedNetwork>(*own->network, own->signature);
    record_->compare(saved_, initial().shapes(), [&](const std::string& how) {
      plan.fault("objective",
                 fmt::format("'{}' of node '{}' in '{}' {}", which_(), node_(), file_().string(), how),
                 "write the objective and its network as they were there");
    });
  }

  void run(weir::Run&) override {
    const auto values = record_->read(saved_, options());
    std::vector<Tensor> recorded;
    const Params own = initial();
    for (const auto& [name, value] : own.tensors()) recorded.push_back(values.at(name));
    network_->set(own.with(std::move(recorded)));
  }

  Params init(const Signature& signature, weir::Rng& rng) const override {
    return network_->init(signature, rng);
  }
  void plan_for(const Signature& signature, weir::Plan& plan) const override {
    network_->plan_for(signature, plan);
  }
  Tensor forward(const Params& params, const weir::Context& inputs) const override {
    return network_->forward(params, inputs);
  }
  Tensor features(const Params& params, const weir::Context& inputs) const override {
    return network_->features(params, inputs);
  }
  std::optional<Signature> trained_for() const override { return network_->trained_for(); }
  bool taped() const override { return network_->taped(); }

 private:
  // Names and shapes.
  Params initial() const {
    const auto own = objective_->network();
    weir::Rng unused(0, path(), options());
    return own->network->init(own->signature, unused);
  }
};

}  // namespace

WEIR_PLUGIN(Recorded, "Trained network of an objective from the record of another run")
