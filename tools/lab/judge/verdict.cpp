// tools/lab/judge/verdict.cpp -- whether one expectation or comparison is met, in words.
#include "verdict.hpp"

#include <fmt/format.h>

namespace weir::tools {

void Verdict::at_chance(double probability, std::size_t n) {
  p = probability;
  measured += fmt::format(", p = {:.2g} ({})", probability, n);
  if (level) measured += fmt::format(", level {:.2g}", *level);
}

std::string Verdict::text() const {
  std::string out = fmt::format("{}{}: {}, {}", rule, where.empty() ? "" : " (" + where + ")", measured,
                                met ? "met" : "NOT MET");
  if (!why.empty()) out += " (" + why + ")";
  for (const Verdict& each : missed) out += "\n      " + each.text();
  return out;
}

}  // namespace weir::tools
