// tools/system/exit.cpp -- which exit codes there are, and which of two is graver.
#include "exit.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace weir::tools {
namespace {

// Interrupted comes before the faults: it is cured by running the same command again, they are not.
constexpr std::array<int, 6> rising = {fine, unmet, interrupted, invalid, plugin_failed, io_failed};

}  // namespace

bool is_exit(int code) { return std::find(rising.begin(), rising.end(), code) != rising.end(); }

void exit_interrupted_by_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = [](int) { ::_exit(interrupted); };
    sigaction(number, &action, nullptr);
  }
}

int worse(int one, int other) {
  const auto rank = [&](int code) { return std::find(rising.begin(), rising.end(), code) - rising.begin(); };
  return rank(one) >= rank(other) ? one : other;
}

}  // namespace weir::tools
