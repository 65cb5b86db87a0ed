// core/record/data/computation.hpp -- what of a recorded pipeline decides its numbers.
#pragma once

#include <nlohmann/json.hpp>

namespace weir {

// Whether two resolved pipelines compute the same: equal but for what is judged and shown of the numbers (`report`, `expect`,
// `compare`, `error_rate`) and for the sweep that a run is one of. False for what is no pipeline.
bool same_computation(nlohmann::json one, nlohmann::json other);

}  // namespace weir
