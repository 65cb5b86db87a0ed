// tools/lab/judge/expectation.hpp -- whether the numbers are as the pipeline's `expect:` says.
#pragma once

#include <vector>

#include <weir/front/check/graph.hpp>

#include "statistic.hpp"
#include "verdict.hpp"

namespace weir::tools {

// Judges each expectation on the mean over seeds, in every case that agrees with its `where` (axes that it leaves out are
// free). `within` is an absolute tolerance, `within_se` counts standard errors of the mean: over seeds where there are
// several, else the value's own; the larger of the two counts. A case without a number is not met, and so is an expectation
// that selects no case. With a `share` below 1 there is one verdict for all cases.
std::vector<Verdict> judge(const std::vector<Expectation>& expect, const std::vector<Case>& cases);

}  // namespace weir::tools
