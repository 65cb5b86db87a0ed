// tools/lab/records/made_with.hpp -- what numbers were made with, and what of that has changed.
#pragma once

#include <map>
#include <string>

#include <weir/front/check/graph.hpp>

#include "recorded_run.hpp"

namespace weir::tools {

// "weir" -> "0.1.0", "device" -> "cpu", "integrator/euler" -> "1.0.0, sha256 9cd0569a5ea9", ...
using MadeWith = std::map<std::string, std::string>;

MadeWith made_with(const RecordedRun& run);
// What is known before a run; `only`: of this node's plugin and those inside it alone, "" for all.
MadeWith would_be_made_with(const Graph& graph, const std::string& only);

// A table of what differs, for what both know; "" if nothing does.
std::string changes(const MadeWith& then, const MadeWith& now);

}  // namespace weir::tools
