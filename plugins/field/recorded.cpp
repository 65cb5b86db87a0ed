// plugins/field/recorded.cpp -- a trained field from the record of another run.
//
//   v(x, t) = model's v at the parameters that training `node` of the record ended with
//
//   flow: {plugin: integrator/euler, field: {plugin: recorded, file: out.h5, node: train, model: {plugin: mlp, width: 64}}, ...}
//
// Source   /nodes/<node>/params, ema_params or best_params of the record. Its SHA-256 is recorded, as of every file that a parameter names.
// Shapes   as the model's
// Limits   the model is written again: names and shapes of its parameters are compared with the record's, and its own parameters with those
//          of the model there. A trainer whose model is this field starts from its parameters, with a new optimiser's memory, whatever
//          the seed.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>
#include <weir/record/data/dotted_path.hpp>
#include <weir/record/reader.hpp>

namespace {

using nlohmann::json;
using weir::Tensor;

std::string text_of(const weir::Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

// A node of a record as one would write it: "{plugin: field/mlp, depth: 3, width: 64}".
std::string written(const json& node) {
  std::string text = "{plugin: " + node.at("plugin").get<std::string>();
  for (const auto& [name, value] : node.at("params").items())
    if (!value.is_null())
      text += fmt::format(", {}: {}", name, value.is_string() ? value.get<std::string>() : value.dump());
  return text + "}";
}

class Recorded final : public weir::Field {
  weir::Port<weir::Field> model_{this, "model", "the field that was trained, written as it was there"};
  weir::Param<weir::Path> file_{this, "file", weir::required, "record of the run that trained it"};
  weir::Param<std::string> node_{this, "node", weir::required, "its trainer in that run, such as train"};
  weir::Param<std::string> which_{
      this, "which", "field", weir::one_of({"field", "ema", "best"}),
      "the last parameters, the averaged, or the best of a training with early stopping"};

  struct Saved {
    std::string path;
    weir::Shape shape;
  };
  std::map<std::string, Saved> saved_;  // by the parameter's name
  std::string as_there_;                // the model in the record, where it stands there
  std::map<std::string, Tensor> values_;

 public:
  void plan(weir::Plan& plan) override {
    const std::string file = file_().string();
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file));
    try {
      const weir::Reader reader(file_());
      const json schema =
          reader.has("/schema") ? json::parse(reader.text("/schema"), nullptr, false) : json();
      if (!schema.is_object() || !schema.contains("nodes") || !schema.contains("datasets"))
        return plan.fault("file", fmt::format("'{}' is not a record of weir", file),
                          "name a file that weir run wrote");
      find_parameters(reader, schema, plan);
      if (const json there = model_in(reader, schema); !there.is_null()) compare_model(there, plan);
    } catch (const std::exception& error) {
      plan.fault("file", error.what());
    }
  }

  void run(weir::Run&) override {
    const weir::Reader reader(file_());
    for (const auto& [name, saved] : saved_) {
      Tensor value = weir::tensor_of(reader.read(saved.path), options()).to(options());
      if (value.isnan().any().item<bool>())
        throw std::runtime_error(
            fmt::format("{} of '{}' is not written: a trainer's parameters are when it has finished",
                        saved.path, file_().string()));
      values_[name] = std::move(value);
    }
  }

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
    for (const auto& [name, shape] : own.shapes()) {
      const auto found = saved_.find(name);
      if (found == saved_.end())
        return fault(fmt::format("has no parameter {}, which this model has; it has {}", name,
                                 fmt::join(names(), ", ")));
      if (found->second.shape != shape)
        return fault(fmt::format("has {} of shape {}, and this model {}", name, text_of(found->second.shape),
                                 text_of(shape)));
    }
    for (const std::string& name : names())
      if (const auto shapes = own.shapes();
          std::ranges::none_of(shapes, [&](const auto& named) { return named.first == name; }))
        return fault(fmt::format("has {}, which this model has not", name));
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
  std::optional<Affine> affine(const weir::Params& params) const override { return model_->affine(params); }
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

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, saved] : saved_) names.push_back(name);
    return names;
  }

  // What of `which` the record holds of the node, or what it holds instead.
  void find_parameters(const weir::Reader& reader, const json& schema, weir::Plan& plan) {
    const std::string file = file_().string();
    const std::string prefix = which_() == "field" ? "params/" : which_() + "_params/";
    std::set<std::string> trainings, others;
    for (const json& dataset : schema.at("datasets")) {
      const std::string name = dataset.at("name"), node = dataset.at("node");
      const std::size_t slash = name.find('/');
      if (slash == std::string::npos) continue;
      if (node == node_()) others.insert(name.substr(0, slash));
      if (!name.starts_with(prefix)) continue;
      trainings.insert(node);
      if (node != node_()) continue;
      const std::string path = dataset.at("path");
      if (!reader.attribute(path, "notice").empty())
        return plan.fault("node", fmt::format("'{}' holds {} of '{}' in part", file, name, node),
                          "run it again with record: all at that node");
      saved_[name.substr(prefix.size())] = {path, dataset.at("shape").get<weir::Shape>()};
    }
    if (!saved_.empty()) return;
    if (!others.empty())
      return plan.fault("which", fmt::format("'{}' holds no {}* of '{}'; it holds {}", file, prefix, node_(),
                                             fmt::join(others, ", ")));
    plan.fault("node", fmt::format("'{}' holds no parameters of a node '{}'", file, node_()),
               trainings.empty() ? "it holds those of no node; record: all at a trainer keeps them"
                                 : fmt::format("it holds those of {}", fmt::join(trainings, ", ")));
  }

  // The node that the trainer's model was: written inside it, or apart.
  json model_in(const weir::Reader& reader, const json& schema) const {
    std::string name = node_() + ".model";
    if (reader.has("/pipeline/resolved_json")) {
      const json pipeline = json::parse(reader.text("/pipeline/resolved_json"), nullptr, false);
      const json::json_pointer at("/nodes/" + node_() + "/model");
      if (pipeline.is_object() && pipeline.contains(at) && pipeline.at(at).is_string())
        name = pipeline.at(at);
    }
    for (const json& node : schema.at("nodes"))
      if (node.at("node") == name) return node;
    return nullptr;
  }

  // Shapes do not tell one activation from another.
  void compare_model(const json& there, weir::Plan& plan) {
    as_there_ = written(there);
    const json& params = there.at("params");
    for (const weir::AnyParam* own : model_->params()) {
      if (own->schema().type == weir::ParamType::path || !params.contains(own->name())) continue;
      if (params.at(own->name()) == own->json()) continue;
      return plan.fault(
          "model",
          fmt::format("the model of '{}' in '{}' has {}: {}, and this one {}", node_(), file_().string(),
                      own->name(), params.at(own->name()).dump(), own->json().dump()),
          "there it is " + as_there_);
    }
  }
};

}  // namespace

WEIR_PLUGIN(Recorded, "Trained field from the record of another run")
