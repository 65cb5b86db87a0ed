// tools/check/bench/subject.hpp -- the plugin that is checked.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include <weir/front/plugins/registry.hpp>

#include "nodes.hpp"

namespace weir::conformance {

struct Subject {
  const Registry* registry;  // where the plugins come from that it is wired to; outlives the subject
  PluginSchema schema;
  nlohmann::json params = nlohmann::json::object();  // resolved; names not given keep their defaults
  std::filesystem::path with{};                      // its author's pipeline, or ""

  bool takes(const std::string& param) const { return schema.param(param) != nullptr; }

  // Another plugin. Throws std::runtime_error if it is not installed.
  Subject other(const std::string& id, const nlohmann::json& params = nlohmann::json::object()) const;
};

// {name: value} for each of the names that the plugin has as a parameter.
nlohmann::json where_taken(const Subject& subject, const nlohmann::json& values);

}  // namespace weir::conformance
