// core/record/data/computation.cpp -- what of a recorded pipeline decides its numbers.
#include <weir/record/data/computation.hpp>

#include <algorithm>
#include <map>
#include <string_view>

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
  std::map<std::string, OtherValue> found;  // by JSON pointer
  const nlohmann::json ours = one.flatten(), theirs = other.flatten();
  for (const auto& [pointer, value] : ours.items()) found[pointer].one = value;
  for (const auto& [pointer, value] : theirs.items()) found[pointer].other = value;
  std::vector<OtherValue> differ;
  for (auto& [pointer, values] : found) {
    if (values.one == values.other) continue;
    constexpr std::string_view nodes = "/nodes/";
    values.path = pointer.substr(pointer.starts_with(nodes) ? nodes.size() : 1);
    std::ranges::replace(values.path, '/', '.');
    differ.push_back(std::move(values));
  }
  return differ;
}

}  // namespace weir
