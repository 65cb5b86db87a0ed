// tests/plugins/make.hpp -- plugins as the executor makes them, from their built libraries, one node at a time.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/registry.hpp>
#include <weir/loader.hpp>
#include <weir/node.hpp>

namespace weir::tests {

inline const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
inline const at::TensorOptions f32 = at::TensorOptions(at::kFloat);

// The plugin "kind/name" as an instance of its kind's interface, with these parameters; by default in float64.
template <class T = Node>
std::unique_ptr<T> make(const std::string& id, const nlohmann::json& params = nlohmann::json::object(),
                        const at::TensorOptions& options = f64, std::uint64_t seed = 0,
                        const std::string& path = "node") {
  const auto slash = id.find('/');
  PluginSchema schema;
  schema.kind = id.substr(0, slash);
  schema.name = id.substr(slash + 1);
  const std::filesystem::path folder = WEIR_PLUGIN_DIR;
  const std::filesystem::path own = folder / ("libweir_" + schema.kind + "_" + schema.name + ".so");
  schema.library = std::filesystem::exists(own) ? own : folder / "libweir_bundle.so";
  std::unique_ptr<Node> node = create(schema);
  node->set({.path = path, .seed = seed, .options = options, .places = {}});
  node->set_params(params);
  auto* typed = dynamic_cast<T*>(node.get());
  if (!typed) throw std::logic_error(id + " is not of the kind that the test asks for");
  node.release();
  return std::unique_ptr<T>(typed);
}

// The plugins of a kind that this build has, "integrator/euler", ...: what laws are tested over.
inline std::vector<std::string> plugins_of(const std::string& kind) {
  std::vector<std::string> ids;
  const std::filesystem::path folder = std::filesystem::canonical(WEIR_PLUGIN_DIR);
  const Registry registry = Registry::find({folder});
  for (const PluginSchema& plugin : registry.plugins()) {
    const bool built = std::filesystem::path(plugin.library).parent_path() == folder;
    if (plugin.kind == kind && built) ids.push_back(plugin.id());
  }
  for (const RejectedLibrary& rejected : registry.rejected()) {
    if (rejected.file.parent_path() == folder)
      throw std::logic_error(rejected.file.string() + ": " + rejected.reason);
  }
  if (ids.empty()) throw std::logic_error("no plugin of kind " + kind + " in " + folder.string());
  return ids;
}

// The same without those that `cases` (with a member `plugin`) or `others` name: empty, or a plugin without laws' cases.
template <class Cases>
std::vector<std::string> uncovered(const std::string& kind, const Cases& cases,
                                   const std::vector<std::string>& others) {
  std::vector<std::string> left;
  for (const std::string& id : plugins_of(kind)) {
    const bool met = std::ranges::any_of(cases, [&](const auto& of) { return of.plugin == id; });
    if (!met && std::ranges::find(others, id) == others.end()) left.push_back(id);
  }
  return left;
}

// Binds a port of `node` to `other`'s interface, or to one of its outputs.
inline void bind(Node& node, const std::string& port, Node& other, const std::string& output = "") {
  node.port(port)->bind("", other, output.empty() ? nullptr : other.output(output));
}

// The faults that the node's plan finds.
inline Faults plan(Node& node) {
  Faults faults;
  Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
  node.plan(plan);
  return faults;
}

// A run without an executor: nothing is shown, stopped or kept.
class QuietRun final : public Run {
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

}  // namespace weir::tests
