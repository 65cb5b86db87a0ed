// tests/lab/coverage_table.cpp -- how often judgements are wrong, as CONTRIBUTING.md has it:  weir_cli_tests "[coverage_table]"
#include <catch2/catch.hpp>
#include <cstdio>

#include <fmt/format.h>

#include "coverage.hpp"

using namespace weir::tests;

TEST_CASE("The table of how often judgements are wrong", "[.][coverage_table]") {
  constexpr int sweeps = 200000;
  fmt::print("| judgement | nominal | 2 | 3 | 5 | 10 |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
  for (const Judgement& judgement : judgements) {
    fmt::print("| {} | {:.2f} |", judgement.name, 100 * judgement.nominal);
    for (const int n : {2, 3, 5, 10}) fmt::print(" {:.2f} |", 100 * wrong_rate(judgement, n, sweeps));
    fmt::print("\n");
    std::fflush(stdout);
  }
  SUCCEED();
}
