// core/kinds/facets/dependent_times.hpp -- of a law of t: the times of one draw depend on each other.
//
// Each has the density; a mean over the draw has another variance than that of independent times.
#pragma once

namespace weir {

struct DependentTimes {
  static constexpr const char* facet = "dependent_times";
};

}  // namespace weir
