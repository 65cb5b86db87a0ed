// core/kinds/facets/time_span.hpp -- of a coupling: its times 0 and 1 are other times of what it was made of.
//
// So it is of a curve that begins after the first of its snapshots and ends before the last. Without it they are 0 and 1 themselves.
#pragma once

namespace weir {

struct TimeSpan {
  static constexpr const char* facet = "time_span";
  double first, last;  // ascending
};

}  // namespace weir
