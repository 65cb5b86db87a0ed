// tools/lab/records/carried.hpp -- what of an unfinished record can be kept although the pipeline is another now.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/record/recorder.hpp>

namespace weir::tools {

// The nodes whose checkpoints an unfinished record has (what was trained, mostly), if every one of them would be computed from the same
// parameters, inputs and files now: they lose nothing where the rest is computed anew. None if one of them would not, or cannot be read.
// `resolved` is the recorded_json of `graph`.
std::vector<std::string> carried_nodes(const RecordState& state, const std::filesystem::path& file,
                                       const nlohmann::json& resolved, const Graph& graph);

}  // namespace weir::tools
