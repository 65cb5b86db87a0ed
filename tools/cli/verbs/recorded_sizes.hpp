// tools/cli/verbs/recorded_sizes.hpp -- what a run would record, as `weir plan --sizes` prints it.
#pragma once

#include <weir/front/check/graph.hpp>

namespace weir::tools {

// Prints a line for each dataset with its type, named sizes and bytes, and the sum for one run and for all runs of the
// sweep; or the faults that the plugins find. Asks weir-run, since only plugins know their shapes: about a second. Returns
// the exit code; throws CommandError if weir-run fails.
int print_recorded_sizes(const Graph& graph);

}  // namespace weir::tools
