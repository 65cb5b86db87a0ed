// tools/lab/judge/comparison.hpp -- whether one number is smaller than another beyond chance.
//
//   d_i = less_i - than_i over the runs i in which both are measured, paired by every other axis of the sweep and by the seed
//   t = mean(d) / se and its two-sided p by Student's t (difference.hpp); the interval has 95 % confidence
//
// Without an axis of seeds a single pair of numbers that carry standard errors of their own is compared by these, taken as
// independent: what differs between trainings is not in them.
#pragma once

#include <cstddef>
#include <vector>

#include "statistic.hpp"
#include "verdict.hpp"

namespace weir::tools {

// A verdict for each comparison in each case of the remaining axes that its `where` selects: met if the mean difference is
// negative and p is below the comparison's `p_below`, without one below the given level. Not met where nothing can be paired or
// nothing says how far chance goes. With `p_below: 1` the sign of the mean difference decides.
std::vector<Verdict> judge(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep, double level);

// How many verdicts have the given level.
std::size_t at_given_level(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep);

}  // namespace weir::tools
