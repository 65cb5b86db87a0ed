// tools/lab/records/inputs.hpp -- what a run reads, which it never writes.
#pragma once

#include <filesystem>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir::tools {

// Files and folders that parameters name, and libraries of plugins. The pipeline's own files are beside the graph (Experiment::files).
std::vector<std::filesystem::path> inputs_of(const Graph& graph);

// Throws CommandError(invalid) if something that is to be written or replaced is one of the inputs, or a folder that one lies in: by
// what the files are, not by their names. Neither needs to be there.
void refuse_inputs(const std::vector<std::filesystem::path>& written,
                   const std::vector<std::filesystem::path>& inputs);

// What a run with this record writes or replaces beside others' files: the record, and the folder of its checkpoints.
std::vector<std::filesystem::path> written_with(const std::filesystem::path& record);

}  // namespace weir::tools
