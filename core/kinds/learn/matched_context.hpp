// core/kinds/learn/matched_context.hpp -- what a field is told of pairs that were matched, and their x0 knows of.
#pragma once

#include <string>
#include <vector>

#include <weir/kinds/learn/objective.hpp>

namespace weir {

// Names of the context that the coupling of this objective tells of x1, where it matches the rows of a batch to each other, or chooses
// the ends of a pair for each other (KeptMarginals), but for what its IndependentContext names. A flow that starts at points of the source, and is told one of them, misses the law of x1 given it.
std::vector<std::string> matched_context(const Objective& objective);

}  // namespace weir
