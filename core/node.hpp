// core/node.hpp -- what the executor knows of a plugin instance: parameters, ports, outputs, facets, plan, run, save, load.
//
// Life: construct (declare only) -> parameters set, ports bound -> check -> plan -> [load] -> run. After run a node is
// immutable: its methods are const and reentrant.
//
// Gradients: autograd is on, as LibTorch starts, in plan, run and whatever a node does there, and no tensor that a node is given
// requires a gradient, but for the parameters in Objective::loss, and from there in Field::velocity and Network::forward, while a
// trainer takes a step.
// A taker may turn autograd off around a call, by at::NoGradGuard of <ATen/core/grad_mode.h>: rely on neither.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/schema.hpp>
#include <weir/rng.hpp>
#include <weir/tensor.hpp>

namespace weir {

class AnyFacet;
class AnyParam;
class Node;
class AnyPort;
class AnyOutput;
class Trace;

// Collects the faults of a node's own checks, at the place of the parameter or port that they name.
class Plan {
 public:
  // The other ends of a port: the nodes that it takes something from, with what they promise.
  using Ends = std::function<std::vector<Fault::Also>(const std::string& port)>;

  Plan(std::function<Place(const std::string& key)> place, Faults& faults, Ends ends = {})
      : place_(std::move(place)), ends_(std::move(ends)), faults_(faults), before_(faults.size()) {}

  // A fault of this node. `key` is a parameter or port of the node ("" for the node itself); `message` states the rule and
  // the value; `remedy` what to do. The other ends of a port are shown with it.
  void fault(const std::string& key, const std::string& message, const std::string& remedy = "");
  // The same, with the place of another node's key as one more end.
  void fault(const std::string& key, const std::string& message, const Node& other,
             const std::string& other_key, const std::string& caption, const std::string& remedy = "");
  bool clean() const { return faults_.size() == before_; }  // this node has no fault so far

 private:
  std::vector<Fault::Also> ends(const std::string& key) const;

  std::function<Place(const std::string&)> place_;
  Ends ends_;
  Faults& faults_;
  std::size_t before_;  // faults of other nodes
};

// Tensors by name: what a node needs to go on from where it stood, to the same bits.
using State = std::map<std::string, Tensor>;

// What a running node may ask of the executor.
class Run {
 public:
  virtual ~Run() = default;
  virtual bool stop_requested() const = 0;  // Ctrl-C, SIGTERM, timeout: save and throw Stopped
  // Tells how far the node is; `values` are shown ("loss" -> 0.31). Cheap to call at every step: it is thinned.
  virtual void progress(std::int64_t step, std::int64_t total,
                        const std::map<std::string, double>& values) = 0;
  // A warning for the user, once per text; also kept in the record.
  virtual void warn(const std::string& text) = 0;
  // Commits the traces and writes the node's state so that a killed run goes on from here. Thinned by time
  // unless `now`; `save` is called only when a checkpoint is written.
  virtual void checkpoint(const std::function<State()>& save, bool now = false) = 0;
};

// Thrown by a node that stopped because Run::stop_requested() said so.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("stopped") {}
};

class Node {
 public:
  Node();
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  virtual void plan(Plan&) {}  // checks across parameters and ports; says every output's shape; reads no data
  virtual void run(Run&) {}

  // Long-running nodes declare themselves stateful (`stateful()` true): the executor then keeps their checkpoints and
  // shares their results between the runs of a sweep. `load` is called after plan and before run, which then goes on.
  virtual bool stateful() const { return false; }
  virtual State save() const { return {}; }
  virtual void load(const State&) {}

  // Completes the node's interface outputs without running, from the tensors that a record holds of it, by output
  // ("params/net.0.weight"); called after plan. False if they do not suffice: the node is then run again.
  virtual bool restore(const State& recorded) { return (void)recorded, false; }

  const std::string& path() const { return path_; }              // "task.interpolant"
  const at::TensorOptions& options() const { return options_; }  // the graph's device and floating dtype
  Rng rng() const;                                               // the node's own stream
  Place place(const std::string& key = "") const;                // of a key of this node in the pipeline

  // Called by the executor and by tests, before plan.
  struct Setting {
    std::string path = "node";
    std::uint64_t seed = 0;
    at::TensorOptions options;
    std::map<std::string, Place> places;  // "" = the node's name
  };
  void set(Setting setting);
  // Parameters by name, as resolved JSON; names not given keep their defaults. Throws std::invalid_argument on an unknown name.
  void set_params(const nlohmann::json& params);

  const std::vector<AnyParam*>& params() const { return params_; }
  const std::vector<AnyPort*>& ports() const { return ports_; }
  const std::vector<AnyOutput*>& outputs() const { return outputs_; }
  const std::vector<const AnyFacet*>& facets() const { return facets_; }
  AnyPort* port(const std::string& name) const;  // nullptr if there is none
  AnyOutput* output(const std::string& name) const;

  // The declarations as a schema, without kind, name, version and library, which the plugin's entry knows.
  PluginSchema schema() const;

 private:
  friend class AnyFacet;
  friend class AnyParam;
  friend class AnyPort;
  friend class AnyOutput;

  // Throw std::logic_error where a declaration cannot have its name: another, perhaps a base class's, has it; pipelines keep it
  // for every node; or it could not be written in a path.
  void require_free_key(const char* what, const std::string& name) const;  // of a parameter or port
  void require_free_output(const std::string& name) const;
  void require_free_facet(const std::string& name) const;

  std::string path_ = "node";
  std::uint64_t seed_ = 0;
  at::TensorOptions options_;
  std::map<std::string, Place> places_;
  std::vector<AnyParam*> params_;
  std::vector<AnyPort*> ports_;
  std::vector<AnyOutput*> outputs_;
  std::vector<const AnyFacet*> facets_;
};

}  // namespace weir

#include <weir/facet.hpp>
#include <weir/output.hpp>
#include <weir/param.hpp>
#include <weir/port.hpp>
