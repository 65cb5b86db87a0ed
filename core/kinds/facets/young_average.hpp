// core/kinds/facets/young_average.hpp -- an average of parameters in which much of the initial ones is left.
#pragma once

#include <cstdint>

namespace weir {

// Of an average that started at the initial parameters; only where the training has ended, and the share is worth a word.
struct YoungAverage {
  static constexpr const char* facet = "young_average";
  double start = 0;         // share of the initial parameters in it
  std::int64_t steps = 0;   // of the training
  std::int64_t enough = 0;  // steps after which the share is 0.05 or less
};

}  // namespace weir
