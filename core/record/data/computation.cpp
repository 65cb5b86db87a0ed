// core/record/data/computation.cpp -- what of a recorded pipeline decides its numbers.
#include <weir/record/data/computation.hpp>

namespace weir {

bool same_computation(nlohmann::json one, nlohmann::json other) {
  if (!one.is_object() || !other.is_object()) return false;
  for (const char* key : {"report", "expect", "compare", "error_rate", "sweep"}) {
    one.erase(key);
    other.erase(key);
  }
  return one == other;
}

}  // namespace weir
