// plugins/field/recorded.cpp -- a trained field from the record of another run.
//
//   v(x, t) = model's v at the parameters that training `node` of the record ended with, or had after `step`
//
//   flow: {plugin: integrator/euler, field: {plugin: recorded, file: out.h5, node: train, model: {plugin: mlp, width: 64}}, ...}
//
// Source   /nodes/<node>/params, ema_params, best_params or critic_params of the record, or its snapshots, ema_snapshots. Its SHA-256 is
//          recorded, as of every file that a parameter names.
// Oracle   parameters and velocities of the training that wrote the record, to the bit.
// Peers    none: torch.load and load_state_dict, by hand
// Shapes   as the model's
// Limits   the model is written again: names and shapes of its parameters are compared with the record's, and its own parameters with those
//          of the model there. A trainer whose model is this field starts from its parameters, with a new optimiser's memory, whatever
//          the seed; trainer/recorded lets one go on from all that the training ended with.
#include <fmt/format.h>

#include <weir/kinds/facets/affine_velocity.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/learn/recorded_training.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::RecordedTraining;
using weir::Tensor;

class Recorded final : public weir::Field {
  weir::Port<weir::Field> model_{this, "model", "the field that was trained, written as it was there"};
  weir::Param<weir::Path> file_{this, "file", weir::required, "record of the run that trained it"};
  weir::Param<std::string> node_{this, "node", weir::required, "its trainer in that run, such as train"};
  weir::Param<std::string> which_{this, "which", "field", weir::one_of({"field", "ema", "best", "critic"}),
                                  "the last parameters, the averaged, the best of a training with early "
                                  "stopping, or the critic's of an adversarial one"};
  weir::Param<std::int64_t> step_{this, "step", weir::absent, weir::non_negative,
                                  "one of that training's snapshots, instead of its end"};
  weir::Facet<weir::AffineVelocity> affine_{this,
                                            [this] { return weir::facet<weir::AffineVelocity>(*model_); }};

  std::optional<RecordedTraining> record_;
  RecordedTraining::Set saved_;
  std::string as_there_;  // the model in the record, where it stands there
  std::map<std::string, Tensor> values_;

 public:
  void plan(weir::Plan& plan) override {
    record_ = RecordedTraining::open(file_(), node_(), plan);
    if (!record_) return;
    find_parameters(plan);
    if (!plan.clean()) return;
    const auto there = record_->bound_to({which_() == "critic" ? "critic" : "model"});
    if (!there.is_null()) as_there_ = RecordedTraining::written(there);
    record_->compare(*model_, there, "model", "model", plan);
  }

  void run(weir::Run&) override { values_ = record_->read(saved_, options()); }

  void plan_for(const weir::Domain& asked, weir::Plan& plan) const override {
    weir::Domain domain = with_classes(asked);
    domain.path = nullptr;  // it is trained, and its velocity is one on any path
    model_->plan_for(domain, plan);
    if (!plan.clean()) return;
    weir::Rng unused(0, path(), options());
    const weir::Params own = model_->init(domain, unused);
    const auto fault = [&](const std::string& what) {
      plan.fault("", fmt::format("'{}' of node '{}' in '{}' {}", which_(), node_(), file_().string(), what),
                 *this, "model", "the model is written here",
                 as_there_.empty() ? "write the model as it was there" : "there it is " + as_there_);
    };
    record_->compare(saved_, own.shapes(), fault);
  }

  weir::Params init(const weir::Domain& asked, weir::Rng& rng) const override {
    const weir::Params own = model_->init(with_classes(asked), rng);
    if (values_.empty()) return own;  // in plan
    std::vector<Tensor> recorded;
    for (const auto& [name, value] : own.tensors()) recorded.push_back(values_.at(name).clone());
    return own.with(std::move(recorded));
  }
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    return model_->velocity(params, x, t, context);
  }
  bool taped() const override { return model_->taped(); }

 private:
  // Who asks with labels does not say of how many classes: the layer that took them in the training does (math/autograd/context.hpp).
  weir::Domain with_classes(weir::Domain domain) const {
    for (auto& [name, entry] : domain.context) {
      const auto layer = saved_.find("context." + name + ".weight");
      if (entry.shape.empty() && entry.classes == 0 && layer != saved_.end())
        entry.classes = layer->second.shape.back();
    }
    return domain;
  }

  void find_parameters(weir::Plan& plan) {
    if (!step_.given()) {
      saved_ = record_->find(which_() == "field" ? "params" : which_() + "_params", "which", plan);
    } else if (which_() == "field" || which_() == "ema") {
      saved_ = record_->snapshot(which_() == "field" ? "snapshots" : "ema_snapshots", step_(), "step", plan);
    } else {
      plan.fault("step", fmt::format("snapshots are of the field and its average, and which is {}", which_()),
                 "leave step out, or write which: ema");
    }
  }
};

}  // namespace

WEIR_PLUGIN(Recorded, "Trained field from the record of another run")
