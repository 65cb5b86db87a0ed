// tools/lab/judge/verdict.hpp -- whether one expectation or comparison is met, in words.
#pragma once

#include <string>
#include <vector>

namespace weir::tools {

struct Verdict {
  bool met = false;
  std::string rule;               // "recall.share at least 0.95"
  std::string where;              // the case: "sigma = 0", "" where there is only one
  std::string measured;           // "0.993 +- 0.002 (se)"
  std::string why{};              // of a no that the numbers do not explain
  std::vector<Verdict> missed{};  // of a verdict on a share of the cases: those that do not meet it

  // "recall.share at least 0.95 (sigma = 0): 0.993, met", and a line for each case that is missed.
  std::string text() const;
};

}  // namespace weir::tools
