// tools/check/bench/nodes.hpp -- single nodes without an executor: made, bound, planned and run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <weir/executor/loader.hpp>
#include <weir/node.hpp>

namespace weir::conformance {

inline const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
inline const at::TensorOptions f32 = at::TensorOptions(at::kFloat);

// A plugin as the executor makes it, as an instance of its kind's interface.
template <class T = Node>
std::unique_ptr<T> make_node(const PluginSchema& schema, const nlohmann::json& params,
                             const at::TensorOptions& options = f64, std::uint64_t seed = 0,
                             const std::string& path = "node") {
  std::unique_ptr<Node> node = create(schema);
  node->set({.path = path, .seed = seed, .options = options, .places = {}});
  node->set_params(params);
  auto* typed = dynamic_cast<T*>(node.get());
  if (!typed) throw std::logic_error(schema.id() + " is not of the kind that is asked for");
  node.release();
  return std::unique_ptr<T>(typed);
}

// Binds a port of `node` to `other`'s interface, or to one of its outputs.
inline void bind(Node& node, const std::string& port, Node& other, const std::string& output = "") {
  node.port(port)->bind("", other, output.empty() ? nullptr : other.output(output));
}

// The faults that the node's plan finds.
inline Faults plan(Node& node) {
  Faults faults;
  Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
  plan_facets(node, plan);
  if (plan.clean()) node.plan(plan);
  return faults;
}

// The faults that a field or a network finds for what it is to be asked.
template <class Model, class Asked>
Faults plan_for(const Model& model, const Asked& asked) {
  Faults faults;
  Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
  model.plan_for(asked, plan);
  return faults;
}

// A run without an executor: nothing is shown, stopped or kept.
class QuietRun : public Run {
 public:
  bool stop_requested() const override { return false; }
  void progress(std::int64_t, std::int64_t, const std::map<std::string, double>&) override {}
  void warn(const std::string& text) override { warnings.push_back(text); }
  void checkpoint(const std::function<State()>&, bool) override {}

  std::vector<std::string> warnings;
};

// Plans and runs the node; throws what it finds wrong.
inline void run(Node& node) {
  if (const Faults faults = plan(node); !faults.empty()) throw std::runtime_error(faults.front().message);
  QuietRun quiet;
  node.run(quiet);
}

}  // namespace weir::conformance
