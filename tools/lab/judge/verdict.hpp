// tools/lab/judge/verdict.hpp -- whether one expectation or comparison is met, in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace weir::tools {

struct Verdict {
  bool met = false;
  std::string rule;               // "recall.share at least 0.95"
  std::string where;              // the case: "sigma = 0", "" where there is only one
  std::string measured;           // "0.993 +- 0.002 (se), p = 0.012 (5), level 0.0027"
  std::string why{};              // of a no that the numbers do not explain
  std::vector<Verdict> missed{};  // of a verdict on a share of the cases: those that do not meet it
  std::optional<double>
      level{};  // how often chance alone may make it wrong; none where chance has no part in the rule
  std::optional<double> p{};  // how often chance alone goes as far as was measured

  // Keeps p, and adds it to what was measured, with the level and how many `n` runs, pairs or cases it is from.
  void at_chance(double probability, std::size_t n);
  // "recall.share at least 0.95 (sigma = 0): 0.993, met", and a line for each case that is missed.
  std::string text() const;
};

}  // namespace weir::tools
