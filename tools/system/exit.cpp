// tools/system/exit.cpp -- which of two exit codes is graver.
#include "exit.hpp"

#include <algorithm>
#include <array>

namespace weir::tools {

int worse(int one, int other) {
  // Interrupted comes before the faults: it is cured by running the same command again, they are not.
  constexpr std::array rising = {fine, unmet, interrupted, invalid, plugin_failed, io_failed};
  const auto rank = [&](int code) { return std::find(rising.begin(), rising.end(), code) - rising.begin(); };
  return rank(one) >= rank(other) ? one : other;
}

}  // namespace weir::tools
