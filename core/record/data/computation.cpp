// core/record/data/computation.cpp -- what of a recorded pipeline decides its numbers.
#include <weir/record/data/computation.hpp>

#include <set>

namespace weir {

namespace {

// What ends or explains a node, and those within it: keys that no parameter may have.
void erase_told(nlohmann::json& value) {
  if (value.is_object() && value.contains("plugin"))
    for (const char* key : {"timeout", "note"}) value.erase(key);
  if (value.is_structured())
    for (auto& inner : value) erase_told(inner);
}

void keep_what_computes(nlohmann::json& pipeline) {
  for (const char* key : {"report", "expect", "compare", "error_rate", "sweep"}) pipeline.erase(key);
  if (const auto nodes = pipeline.find("nodes"); nodes != pipeline.end()) erase_told(*nodes);
}

const nlohmann::json& member(const nlohmann::json& object, const std::string& key) {
  static const nlohmann::json nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

// The innermost values that differ, below `path`.
void add_others(const nlohmann::json& one, const nlohmann::json& other, const std::string& path,
                std::vector<OtherValue>& differ) {
  if (one == other) return;
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (one.is_object() && other.is_object()) {
    std::set<std::string> keys;
    for (const auto* each : {&one, &other})
      for (const auto& [key, value] : each->items()) keys.insert(key);
    for (const std::string& key : keys) add_others(member(one, key), member(other, key), below(key), differ);
  } else {
    differ.push_back({path, one, other, false});
  }
}

}  // namespace

bool same_computation(nlohmann::json one, nlohmann::json other) {
  if (!one.is_object() || !other.is_object()) return false;
  keep_what_computes(one);
  keep_what_computes(other);
  return one == other;
}

std::vector<OtherValue> other_values(nlohmann::json one, nlohmann::json other) {
  if (!one.is_object() || !other.is_object()) return {};
  keep_what_computes(one);
  keep_what_computes(other);
  std::vector<OtherValue> differ;
  const nlohmann::json nodes = member(one, "nodes"), others = member(other, "nodes");
  add_others(nodes, others, nodes.is_object() && others.is_object() ? "" : "nodes", differ);
  const nlohmann::json ours = member(one, "files"), theirs = member(other, "files");
  for (const auto& [file, digest] : ours.items())
    if (theirs.is_object() && theirs.contains(file) && theirs[file] != digest)
      differ.push_back({file, digest, theirs[file], true});
  for (auto* pipeline : {&one, &other})
    for (const char* key : {"nodes", "files"}) pipeline->erase(key);
  add_others(one, other, "", differ);
  return differ;
}

}  // namespace weir
