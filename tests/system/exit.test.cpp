// tests/system/exit.test.cpp -- a sweep returns the exit code of its worst run.
#include <catch2/catch.hpp>

#include "system/exit.hpp"

using namespace weir::tools;

TEST_CASE("The graver exit code wins, in either order") {
  const int rising[] = {fine, unmet, interrupted, invalid, plugin_failed, io_failed};
  for (int lower = 0; lower < 6; ++lower)
    for (int higher = lower; higher < 6; ++higher) {
      CHECK(worse(rising[lower], rising[higher]) == rising[higher]);
      CHECK(worse(rising[higher], rising[lower]) == rising[higher]);
    }
}

TEST_CASE("Only the codes of the table are exit codes") {
  for (const int code : {0, 1, 2, 3, 4, 75}) CHECK(is_exit(code));
  for (const int code : {-1, 5, 77, 127, 134, 137, 139, 255}) CHECK_FALSE(is_exit(code));
}
