// core/record/data/computation.cpp -- what of a recorded pipeline decides its numbers.
#include <weir/record/data/computation.hpp>

namespace weir {

namespace {

// Without what judges, and what ends or explains a node.
void keep_what_computes(nlohmann::json& pipeline) {
  for (const char* key : {"report", "expect", "compare", "error_rate", "sweep"}) pipeline.erase(key);
  const auto nodes = pipeline.find("nodes");
  if (nodes == pipeline.end() || !nodes->is_object()) return;
  for (auto& [name, node] : nodes->items())
    for (const char* key : {"timeout", "note"})
      if (node.is_object()) node.erase(key);
}

}  // namespace

bool same_computation(nlohmann::json one, nlohmann::json other) {
  if (!one.is_object() || !other.is_object()) return false;
  keep_what_computes(one);
  keep_what_computes(other);
  return one == other;
}

}  // namespace weir
