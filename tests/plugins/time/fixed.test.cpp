// tests/plugins/time/fixed.test.cpp -- one time and no other.
#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;

TEST_CASE("time/fixed draws its one time, and says that there is no other", "[time]") {
  const auto time = make<weir::Time>("time/fixed", {{"at", 0.3}}, f32);
  weir::Rng rng(1, "time", f32);
  const weir::Tensor t = time->sample(5, rng);
  CHECK(t.scalar_type() == at::kFloat);
  CHECK(t.equal(at::full({5}, 0.3, f32)));
  CHECK(time->atom() == std::optional(0.3));
  CHECK(time->support() == std::pair(0.3, 0.3));
  CHECK_FALSE(make<weir::Time>("time/uniform")->atom());
  CHECK_THROWS_WITH(time->density(t), "t is always 0.3, which has no density; ask atom() first");
}
