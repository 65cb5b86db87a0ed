// tests/lab/coverage.test.cpp -- chance makes a judgement wrong as seldom as it says.
//
// Some judgements meet their nominal rate, the others keep below it: a share's failures are a whole number, and two errors of
// unlike size are judged by the fewer degrees of freedom.
#include <catch2/catch.hpp>
#include <cmath>

#include "coverage.hpp"

using namespace weir::tests;

TEST_CASE("Chance makes a judgement wrong as seldom as it says, with 2, 3, 5 and 10 seeds or replicates") {
  constexpr int sweeps = 2000;
  for (const Judgement& judgement : judgements) {
    for (const int n : {2, 3, 5, 10}) {
      const double found = wrong_rate(judgement, n, sweeps);
      const double se = std::sqrt(judgement.nominal * (1 - judgement.nominal) / sweeps);
      INFO(judgement.name << " at " << n << ": " << found << " beside " << judgement.nominal);
      CHECK(found < judgement.nominal + 4 * se);
      if (judgement.met) CHECK(found > judgement.nominal - 4 * se);
    }
  }
}
