// tests/plugins/coupling/shuffled.test.cpp -- exchanged targets.
#include <set>

#include <weir/kinds/flow/coupling.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

namespace {

struct Made {
  explicit Made(std::int64_t n, const json& draw, std::uint64_t seed = 0)
      : set(at::arange(n, f64).view({n, 1}), at::arange(n, at::kLong)),
        before(make<Coupling>("coupling/independent", {{"draw", draw}}, f64, 0, "before")),
        pairs(make<Coupling>("coupling/shuffled", json::object(), f64, seed)) {
    bind(*before, "source", set);
    bind(*before, "target", set);
    run(*before);
    bind(*pairs, "coupling", *before);
  }
  ItemSet set;
  std::unique_ptr<Coupling> before, pairs;
};

}  // namespace

TEST_CASE("Shuffling is one cycle through all pairs, so that none keeps its partner",
          "[coupling][shuffled]") {
  const std::int64_t n = GENERATE(2, 3, 50);
  const Made made(n, {{"fixed", n}});
  run(*made.pairs);
  const Tensor p = value_of(*made.pairs, "permutation");
  std::set<std::int64_t> seen;
  std::int64_t at = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    seen.insert(at);
    at = p[at].item<std::int64_t>();
  }
  CHECK(at == 0);
  CHECK(seen.size() == static_cast<std::size_t>(n));
}

TEST_CASE("Shuffled pairs keep x0, exchange x1 with its label, and remember the partner before",
          "[coupling][shuffled]") {
  const Made made(20, {{"fixed", 20}});
  run(*made.pairs);
  const weir::Batch before = made.before->all(), after = made.pairs->all();
  CHECK(after.x0().equal(before.x0()));
  CHECK(after.x1().equal(before.x1().index_select(0, value_of(*made.pairs, "permutation"))));
  CHECK(value_of(*made.pairs, "ot").equal(before.x1()));
  CHECK((after.x1() == before.x1()).any().item<bool>() == false);
  CHECK(after.context.at("label").to(at::kDouble).equal(after.x1().view({20})));
}

TEST_CASE("Another seed shuffles in another way", "[coupling][shuffled]") {
  const Made first(20, {{"fixed", 20}}, 1), second(20, {{"fixed", 20}}, 2);
  run(*first.pairs);
  run(*second.pairs);
  CHECK_FALSE(first.pairs->all().x1().equal(second.pairs->all().x1()));
}

TEST_CASE("Fresh pairs and a single pair cannot be shuffled", "[coupling][shuffled]") {
  const Made fresh(5, "fresh"), single(5, {{"fixed", 1}});
  const weir::Faults faults = plan(*fresh.pairs);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "only fixed pairs can be shuffled; coupling 'before' draws new ones each time");
  REQUIRE(faults[0].also.size() == 1);
  CHECK(faults[0].also[0].caption == "its pairs are said here to be drawn fresh");
  REQUIRE(plan(*single.pairs).size() == 1);
  CHECK(plan(*single.pairs)[0].message == "one pair has no other target to take; at least 2 are needed");
}
