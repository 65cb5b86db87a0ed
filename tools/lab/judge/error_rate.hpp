// tools/lab/judge/error_rate.hpp -- how often chance alone makes any verdict of a file wrong.
//
//   P(any is wrong) <= sum of the verdicts' levels          whatever they have to do with each other (Bonferroni)
//
// A verdict is wrong by chance if a comparison finds a difference where there is none, or if what is true is not met: an `equals`
// within standard errors, or a `share`. The file's `error_rate` is divided evenly over the verdicts that name no level of their
// own, before anything is measured, so that no verdict hangs on the outcome of another (as it would by Holm's steps). What
// `within_se: k` or `p_below` allow comes on top. Bounds and absolute tolerances have no level: chance has no part in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "verdict.hpp"

namespace weir::tools {

class ErrorRate {
 public:
  ErrorRate() = default;
  // `divided` over `parts` verdicts.
  ErrorRate(double divided, std::size_t parts) : divided_(divided), parts_(parts) {}

  double level() const;  // of each part
  // Adds the levels of all verdicts, the parts among them.
  void add(const std::vector<Verdict>& verdicts);

  double joint() const;  // of all that were added, at most 1; 0 where chance has no part
  // "joint error rate 1 %: 0.034 % for each of 29 verdicts", "" where chance has no part.
  std::string text() const;

 private:
  double divided_ = 0;
  std::size_t parts_ = 0;
  double sum_ = 0;
  std::size_t verdicts_ = 0;
};

}  // namespace weir::tools
