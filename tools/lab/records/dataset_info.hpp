// tools/lab/records/dataset_info.hpp -- weir info OUT.h5:/nodes/flow/end: what a dataset is and where it comes from.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "recorded_run.hpp"

namespace weir::tools {

// `name` is a path in the file or dotted: /nodes/flow/end, flow.end, train.loss, train (a node), train.params (a set of
// tensors). Prints it as text or JSON; returns the exit code. Throws CommandError, with the nearest name, if it is unknown.
int dataset_info(const std::filesystem::path& file, const std::string& name, bool json);

// What /schema declares of the datasets that such a name stands for: one, or those of a node, of the nodes in it, or of a set of
// tensors. Throws CommandError, with the nearest name, if there is none.
std::vector<const nlohmann::json*> datasets_named(const RecordedRun& run, const std::string& name);

// {"out.h5", "/nodes/flow/end"} of "out.h5:/nodes/flow/end"; the second is empty where no dataset is named.
std::pair<std::string, std::string> split_dataset(const std::string& argument);

}  // namespace weir::tools
