// tools/cli/new/new_kinds.hpp -- the kinds of plugins, and what they stand on, that `weir new` has templates for.
#pragma once

#include <array>
#include <string_view>

namespace weir::tools {

// In the order in which a pipeline uses them.
inline constexpr std::array kinds = {"source",    "coupling", "interpolant", "noise",     "time",
                                     "objective", "field",    "network",     "optimiser", "schedule",
                                     "trainer",   "probe",    "integrator",  "metric"};

// What a plugin of a kind may stand on, where there is more than one template; the first is made unless another is named.
struct Base {
  std::string_view kind, name;
};
inline constexpr std::array bases = {
    Base{"interpolant", "two_point"}, Base{"interpolant", "marginals"}, Base{"objective", "field"},
    Base{"objective", "network"},     Base{"field", "plain"},           Base{"field", "conditional"},
    Base{"probe", "watching"},        Base{"probe", "stopping"},        Base{"integrator", "one_step"},
    Base{"integrator", "embedded"},   Base{"integrator", "stochastic"}, Base{"integrator", "stepped"}};

}  // namespace weir::tools
