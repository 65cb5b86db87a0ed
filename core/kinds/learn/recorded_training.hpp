// core/kinds/learn/recorded_training.hpp -- a training in the record of another run: the tensors that it kept, and what it was made of.
//
//   record_ = weir::RecordedTraining::open(file_(), node_(), plan);                       // in plan
//   if (record_) saved_ = record_->find("ema_params", "which", plan);
//   ...
//   values_ = record_->read(saved_, options());                                           // in run
//
// The file is a parameter of type Path of who asks, so that its SHA-256 is recorded and tells one computation from another.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/node.hpp>

namespace weir {

class RecordedTraining {
 public:
  // Where a tensor stands in the file, and its shape; with `row`, that row of it.
  struct Saved {
    std::string path;
    Shape shape;
    std::optional<std::int64_t> row{};
  };
  using Set = std::map<std::string, Saved>;  // by name, that of a parameter

  // In plan: faults at `file`, and nothing, where that is no record of a run.
  static std::optional<RecordedTraining> open(const Path& file, const std::string& node, Plan& plan);

  // The tensors <set>/<name> that the node kept. Where there are none, or not whole: a fault at `node`, or at `key` where the node kept
  // others.
  Set find(const std::string& set, const std::string& key, Plan& plan) const;
  // One snapshot of such a set, [K, shape...]. Faults at `key` where that step is none of them.
  Set snapshot(const std::string& set, std::int64_t step, const std::string& key, Plan& plan) const;
  // An output that is one tensor, and a text that was written beside it; nothing, and "", without.
  std::optional<Saved> output(const std::string& name) const;
  std::string attribute(const std::string& output, const std::string& name) const;
  // The dtype of the node's numbers, "float32"; "" where the record does not say.
  std::string dtype() const;

  // The node, {node, plugin, params}, that a port of the training was bound to: written inside it, or apart; null where it does not stand
  // in the record. `ports`: one port after another, {"objective", "network"}.
  nlohmann::json bound_to(const std::vector<std::string>& ports) const;
  // Faults, at `key`, where a node's own parameters are not those of `there`; shapes do not tell one activation from another. `what` it
  // is: "model".
  void compare(const Node& own, const nlohmann::json& there, const std::string& what, const std::string& key,
               Plan& plan) const;
  // Faults, by `fault`, where names and shapes are not those of a model's own parameters.
  void compare(const Set& saved, const std::vector<std::pair<std::string, Shape>>& own,
               const std::function<void(const std::string& how)>& fault) const;
  // "{plugin: field/mlp, depth: 3, width: 64}", as one would write it.
  static std::string written(const nlohmann::json& node);

  // In run: the numbers. Throws std::runtime_error where they are not written.
  Tensor read(const Saved& saved, const at::TensorOptions& options) const;
  std::map<std::string, Tensor> read(const Set& saved, const at::TensorOptions& options) const;

 private:
  struct Dataset {
    std::string node, name, path, dtype;
    Shape shape;
    nlohmann::json attributes;
    bool whole;
  };
  RecordedTraining(std::string file, std::string node) : file_(std::move(file)), node_(std::move(node)) {}
  const Dataset* dataset(const std::string& name) const;  // of the node; null without

  std::string file_, node_;
  std::vector<Dataset> datasets_;
  std::vector<nlohmann::json> nodes_;
  nlohmann::json pipeline_;
};

}  // namespace weir
