// tools/lab/judge/comparison.hpp -- whether one number is smaller than another beyond chance.
//
//   d_i = less_i - than_i over the runs i in which both are measured, paired by every other axis of the sweep and by the seed
//   t = mean(d) / (sd(d) / sqrt(n)), n - 1 degrees of freedom; p is two-sided, the interval has 95 % confidence
//
// Without an axis of seeds a single pair of numbers that carry standard errors of their own is compared by
// z = d / sqrt(se_less^2 + se_than^2): what differs between trainings is not in it.
#pragma once

#include <vector>

#include "statistic.hpp"
#include "verdict.hpp"

namespace weir::tools {

// A verdict for each comparison in each case of the remaining axes that its `where` selects: met if the mean difference is
// negative and p is below the comparison's level. Not met where nothing can be paired.
std::vector<Verdict> judge(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep);

}  // namespace weir::tools
