// tests/record/computation.test.cpp -- what of a recorded pipeline decides its numbers.
#include <catch2/catch.hpp>

#include <weir/record/data/computation.hpp>

using weir::same_computation;
using Json = nlohmann::json;

TEST_CASE("What is reported, expected and compared does not change what is computed") {
  const Json one = {{"nodes", 1}, {"report", {{"a", "mean"}}}, {"sweep", Json::object()}};
  CHECK(same_computation(one, {{"nodes", 1}, {"expect", Json::array()}, {"compare", Json::array()}}));
  CHECK_FALSE(same_computation(one, {{"nodes", 2}}));
  CHECK_FALSE(same_computation(one, {{"nodes", 1}, {"seed", 2}}));
}

TEST_CASE("How long a node may take and what is noted of it does not change what it computes") {
  const Json one = {
      {"nodes", {{"train", {{"plugin", "trainer/gradient"}, {"timeout", 5}, {"note", "a try"}}}}}};
  CHECK(same_computation(one, {{"nodes", {{"train", {{"plugin", "trainer/gradient"}, {"timeout", 50}}}}}}));
  CHECK_FALSE(same_computation(one, {{"nodes", {{"train", {{"plugin", "trainer/gradient"}, {"seed", 5}}}}}}));
}

TEST_CASE("What is no pipeline computes nothing") {
  CHECK_FALSE(same_computation(Json(), Json()));
  CHECK_FALSE(same_computation("text", "text"));
}
