// tools/lab/judge/difference.hpp -- the mean difference of two numbers over runs, and how far chance goes.
//
//   d_i = a_i - b_i over the pairs i                t = mean(d) / se        p = P(|T_df| >= |t|), T_df Student's t
//
//   several pairs   se = sd(d) / sqrt(n)            df = n - 1              both numbers' errors and what differs between runs
//   one pair        se = hypot(se_a, se_b)          df = min(df_a, df_b)    the numbers' own errors within their runs
//
// A number's own degrees of freedom are n - 1, where n values are behind its standard error. The smaller of two is a bound: the
// true law of t lies between it and their sum (Mickey and Brown, Annals of Mathematical Statistics 37, 1966). Welch's
// and Satterthwaite's estimate between the two is exceeded up to seven times as often as stated at levels of 3e-4 (two
// replicates, one error a hundred times the other), and levels that small are what many judgements in one file have.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "statistic.hpp"

namespace weir::tools {

struct Difference {
  double mean = 0;    // NaN without pairs
  std::size_t n = 0;  // pairs
  double se = 0, df = 0;
  std::string why{};  // nothing says how far chance goes, and what to do; "" if se and df do

  // The two-sided probability that chance makes a mean this large. NaN where nothing says so.
  double p() const;
  // Half the width of the 95 % interval.
  double half_width() const;
};

// Of two numbers of each run, or of runs that differ in one axis. Of a single pair one number may lack a standard error and is
// then taken as exact; a standard error that is 0 or NaN is none.
Difference difference(const std::vector<std::pair<Measured, Measured>>& pairs);

// The two-sided level of `within_se: k`: 2 (1 - Phi(k)), so that 3 is 0.0027 however few the runs are.
double level_of_standard_errors(double k);

}  // namespace weir::tools
