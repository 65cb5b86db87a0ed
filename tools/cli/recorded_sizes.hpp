// tools/cli/recorded_sizes.hpp -- what a run would record, as `weir plan --sizes` prints it.
#pragma once

#include <string>

#include "pipeline_arguments.hpp"

namespace weir::cli {

// A line for each dataset with its type, named sizes and bytes, and the sum for one run and for all runs of the sweep. Asks
// weir-run, since only plugins know their shapes: about a second. Throws CommandError with what weir-run found wrong.
std::string recorded_sizes(const PipelineArguments& arguments, const Graph& graph);

}  // namespace weir::cli
