// tools/lab/judge/expectation.hpp -- whether the numbers are as the pipeline's `expect:` says.
//
//   at_least, at_most   the mean over the runs of a case itself: a bound leaves the room that its author gives it, and chance has no
//                       part in the rule
//   equals              the same, exactly or to an absolute tolerance `within`
//   within_se           t = mean(d) / se of difference.hpp, d_i the number's difference from the value, run by run where the
//                       value is another number of the run. Met unless P(|T_df| >= |t|) is below the level:
//                         k      2 (1 - Phi(k)), so that a true value is missed as seldom as by k errors of a normal law
//                         auto   the given level, a part of the file's error rate
//   times c             the other number is multiplied, and so is its standard error; c is exact. The mean of c b_i is c times that of b_i
//   share s             F of the N selected cases are not met, and P(Binomial(N, 1 - s) >= F) is at least the level given: so many
//                       are no surprise where each is missed with probability 1 - s, on its own. `within_se: auto` has the level
//                       1 - s in each case.
#pragma once

#include <cstddef>
#include <vector>

#include <weir/front/check/graph.hpp>

#include "statistic.hpp"
#include "verdict.hpp"

namespace weir::tools {

// Judges each expectation in every case that agrees with its `where` (axes that it leaves out are free). Of `within` and
// `within_se` the wider one counts. A case without a number is not met, and so are an expectation that selects no case, one by
// standard errors without any, and a share of so few cases that none could be too many. With a `share` below 1 there is
// one verdict for all cases. `level` is of verdicts that name none of their own.
std::vector<Verdict> judge(const std::vector<Expectation>& expect, const std::vector<Case>& cases,
                           double level);

// How many verdicts have the given level.
std::size_t at_given_level(const std::vector<Expectation>& expect, const std::vector<Case>& cases);

}  // namespace weir::tools
