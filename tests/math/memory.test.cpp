// tests/math/memory.test.cpp -- what cannot fit into memory is said with both amounts.
#include <weir/math/numeric/memory.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

TEST_CASE("What is larger than this machine's memory is named with both amounts", "[memory]") {
  CHECK(weir::memory_bytes() > 1e8);
  CHECK(weir::beyond_memory({60000, 1, 28, 28}, at::kFloat).empty());
  const std::string text = weir::beyond_memory({1'000'000'000, 3, 1024, 1024}, at::kFloat);
  CHECK_THAT(text, Catch::StartsWith(
                       "1000000000 items of 3145728 numbers in float32 need 12.6 PB, and this machine has "));
  CHECK_THAT(weir::beyond_memory({1'000'000'000, 1'000'000}, at::kDouble),
             Catch::Contains("float64 need 8.0 PB"));
}
