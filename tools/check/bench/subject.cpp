// tools/check/bench/subject.cpp -- the plugin that is checked, and those beside it.
#include "subject.hpp"

namespace weir::conformance {

Subject Subject::other(const std::string& id, const nlohmann::json& values) const {
  const PluginSchema* found = registry->plugin(id);
  if (!found)
    throw std::runtime_error("the check needs " + id + ", which comes with Weir but is not installed here");
  return {registry, *found, values, {}};
}

nlohmann::json where_taken(const Subject& subject, const nlohmann::json& values) {
  nlohmann::json taken = nlohmann::json::object();
  for (const auto& [name, value] : values.items())
    if (subject.takes(name)) taken[name] = value;
  return taken;
}

}  // namespace weir::conformance
