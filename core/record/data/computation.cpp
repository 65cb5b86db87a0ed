// core/record/data/computation.cpp -- what of a recorded pipeline decides its numbers.
#include <weir/record/data/computation.hpp>

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

}  // namespace weir
