// tools/cli/arguments/number_checks.hpp -- what an option takes that is a number, and the sentence where it is given something else.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace weir::tools {

inline constexpr std::int64_t no_most = std::numeric_limits<std::int64_t>::max();

// Each as CLI11's Option::check takes it: "" if it fits, or "'0' is no whole number from 1".
struct Whole {
  std::int64_t least = 0, most = no_most;
  std::string operator()(const std::string& text) const;
};

struct Real {
  double least = 0;
  bool above = false;  // and not equal to it
  double most = std::numeric_limits<double>::infinity();
  std::string operator()(const std::string& text) const;
};

}  // namespace weir::tools
