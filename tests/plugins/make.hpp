// tests/plugins/make.hpp -- plugins as the executor makes them, from their built libraries, one node at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include <check/bench/nodes.hpp>
#include <weir/front/plugins/registry.hpp>

namespace weir::tests {

using conformance::bind;
using conformance::f32;
using conformance::f64;
using conformance::plan;
using conformance::QuietRun;
using conformance::run;

// The plugins of this build, and no others.
inline const Registry& built_plugins() {
  static const Registry built = [] {
    const std::filesystem::path folder = std::filesystem::canonical(WEIR_PLUGIN_DIR);
    const Registry found = Registry::find({folder});
    for (const RejectedLibrary& rejected : found.rejected())
      if (rejected.file.parent_path() == folder)
        throw std::logic_error(rejected.file.string() + ": " + rejected.reason);
    std::vector<PluginSchema> plugins;
    for (const PluginSchema& plugin : found.plugins())
      if (std::filesystem::path(plugin.library).parent_path() == folder) plugins.push_back(plugin);
    return Registry(plugins);
  }();
  return built;
}

inline const PluginSchema& built_plugin(const std::string& id) {
  const PluginSchema* plugin = built_plugins().plugin(id);
  if (!plugin) throw std::logic_error("there is no plugin " + id + " in " WEIR_PLUGIN_DIR);
  return *plugin;
}

// The plugin "kind/name" as an instance of its kind's interface, with these parameters; by default in float64.
template <class T = Node>
std::unique_ptr<T> make(const std::string& id, const nlohmann::json& params = nlohmann::json::object(),
                        const at::TensorOptions& options = f64, std::uint64_t seed = 0,
                        const std::string& path = "node") {
  return conformance::make_node<T>(built_plugin(id), params, options, seed, path);
}

// The plugins of a kind that this build has, "integrator/euler", ...: what laws are tested over.
inline std::vector<std::string> plugins_of(const std::string& kind) {
  std::vector<std::string> ids;
  for (const std::string& name : built_plugins().names(kind)) ids.push_back(kind + "/" + name);
  if (ids.empty()) throw std::logic_error("no plugin of kind " + kind + " in " WEIR_PLUGIN_DIR);
  return ids;
}

}  // namespace weir::tests
