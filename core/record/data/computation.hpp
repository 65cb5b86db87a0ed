// core/record/data/computation.hpp -- what of a recorded pipeline decides its numbers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weir {

// Whether two resolved pipelines compute the same: equal but for what is judged and shown of the numbers (`report`, `expect`,
// `compare`, `error_rate`) and for the sweep that a run is one of. False for what is no pipeline.
bool same_computation(nlohmann::json one, nlohmann::json other);

// One value by which two resolved pipelines compute otherwise.
struct OtherValue {
  std::string path;  // "train.optimiser.lr" of a node's parameter, "seed", or of an input file its name
  nlohmann::json one, other;  // null where a pipeline has none; of a file its SHA-256
  bool file = false;
};
// Of nodes, then of files that both read, then of all else. Empty for what is no pipeline.
std::vector<OtherValue> other_values(nlohmann::json one, nlohmann::json other);

}  // namespace weir
