// tests/plugins/source/sample.test.cpp -- a finite set drawn once, of a law or of another set, whose items it may take several times.
#include <set>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using Catch::Contains;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

namespace {

Tensor drawn(Source& of, const json& params, std::uint64_t seed = 1) {
  auto sample = make<Source>("source/sample", params, f64, seed);
  bind(*sample, "of", of);
  REQUIRE(plan(*sample).empty());
  run(*sample);
  return sample->items(at::arange(*sample->size(), at::kLong)).flatten();
}

}  // namespace

TEST_CASE("Points are drawn from a law once, and distinct items from a set", "[source][sample]") {
  auto law = make<Source>("source/gaussian", {{"dim", 1}});
  run(*law);
  const Tensor points = drawn(*law, {{"count", 4000}});
  CHECK(std::abs(points.mean().item<double>()) < 5 / std::sqrt(4000.0));
  CHECK(points.equal(drawn(*law, {{"count", 4000}})));
  CHECK_FALSE(points.equal(drawn(*law, {{"count", 4000}}, 2)));
  ItemSet set(at::arange(6, f64).view({6, 1}));
  CHECK(std::get<0>(drawn(set, {{"count", 6}}).sort()).equal(at::arange(6, f64)));
}

TEST_CASE("With replacement there may be more points than the set has, each item as often as chance has it",
          "[source][sample]") {
  ItemSet set(at::arange(5, f64).view({5, 1}), at::tensor({0, 1, 0, 1, 0}, at::kLong), 2);
  auto short_of = make<Source>("source/sample", {{"count", 6}});
  bind(*short_of, "of", set);
  CHECK_THAT(plan(*short_of).at(0).remedy, Contains("replacement: true"));
  const Tensor counts =
      at::bincount(drawn(set, {{"count", 5000}, {"replacement", true}}).to(at::kLong), {}, 5).to(at::kDouble);
  CHECK(((counts - 1000).abs() < 5 * std::sqrt(800.0)).all().item<bool>());  // sd of a binomial count
  auto sample = make<Source>("source/sample", {{"count", 20}, {"replacement", true}});
  bind(*sample, "of", set);
  REQUIRE(plan(*sample).empty());
  run(*sample);
  CHECK(sample->labels().equal(sample->items(at::arange(20)).flatten().to(at::kLong).remainder(2)));
}
