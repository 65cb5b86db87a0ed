// tests/math/finite.test.cpp -- the first number that is none, with its place.
#include <weir/math/numeric/finite.hpp>

#include <cmath>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

TEST_CASE("Data with NaN or infinity are refused with the first place and the count", "[finite]") {
  const at::Tensor rows = at::zeros({4, 2, 3}, at::kDouble);
  CHECK_NOTHROW(weir::require_finite(rows, "x"));
  CHECK_NOTHROW(weir::require_finite(at::zeros({0, 2}), "x"));
  rows[2][1][0] = -INFINITY;
  rows[3][0][0] = NAN;
  CHECK_THROWS_WITH(weir::require_finite(rows, "dataset '/x' of 'a.h5'"),
                    "dataset '/x' of 'a.h5' is -inf in row 2, column 1, 0 (counted from 0); 2 of its 24 "
                    "numbers are NaN or infinite in float64: leave such rows out, or put numbers in their "
                    "place, before a run");
  CHECK_THROWS_WITH(weir::require_finite(at::full({1}, 1e300, at::kDouble).to(at::kFloat), "x"),
                    Catch::StartsWith("x is inf in row 0 (counted from 0); 1 of its 1 numbers"));
}
