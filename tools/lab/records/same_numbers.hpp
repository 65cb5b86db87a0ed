// tools/lab/records/same_numbers.hpp -- whether two records hold the same numbers, and if not, where they part.
#pragma once

#include <string>

#include "recorded_run.hpp"

namespace weir::tools {

// Compares every dataset of `recorded` (or of the node named, and of the nodes in it) with `now`. Differences of at most
// `tolerance` times the largest number of a dataset are close enough.
struct SameNumbers {
  int equal = 0;      // datasets equal, every number
  int close = 0;      // within the tolerance
  int differing = 0;  // neither, or missing on one side
  std::string text;   // a table of those that are not equal, and a sentence
};
SameNumbers same_numbers(const RecordedRun& recorded, const RecordedRun& now, const std::string& node,
                         double tolerance);

}  // namespace weir::tools
