// tools/lab/records/same_numbers.hpp -- whether two records hold the same numbers, and if not, where they part.
#pragma once

#include <string>

#include <weir/record/data/array.hpp>

#include "recorded_run.hpp"

namespace weir::tools {

// Two arrays of the same meaning. NaN equals NaN; equal bits are equal.
struct ArrayDifference {
  bool comparable = true;    // the same shape and type
  std::int64_t unequal = 0;  // numbers that differ
  std::int64_t count = 0;    // of how many
  double largest = 0;        // the largest |one - other|; infinite where one of them is not finite
  double scale = 0;          // the largest |one|
  std::string where;         // index of that number, "[3, 1]", and the two values
  double relative() const { return largest == 0 ? 0 : largest / scale; }
};
ArrayDifference difference(const Array& one, const Array& other);

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
