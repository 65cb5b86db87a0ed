// tools/cli/new/new_kinds.hpp -- the kinds of plugins that `weir new` has templates for.
#pragma once

#include <array>

namespace weir::tools {

// In the order in which a pipeline uses them.
inline constexpr std::array kinds = {"source",    "coupling", "interpolant", "noise",     "time",
                                     "objective", "field",    "network",     "optimiser", "schedule",
                                     "trainer",   "probe",    "integrator",  "metric"};

}  // namespace weir::tools
