// tests/plugins/source/split.test.cpp -- two parts of a set, that have nothing in common and all of it together.
#include <algorithm>
#include <set>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

// Twenty numbers 0 .. 19, of class 0, 1, 1, 2, 2, 2, 2, 0, 1, 1, ...
struct Set {
  Set()
      : labels(at::tensor({0, 1, 1, 2, 2, 2, 2, 0, 1, 1, 2, 2, 2, 2, 0, 1, 1, 2, 2, 2}, at::kLong)),
        set(at::arange(20, f64).view({20, 1}), labels, 3) {}

  std::unique_ptr<Source> part(json params, const std::string& which, const std::string& path = "part") {
    params["part"] = which;
    auto part = make<Source>("source/split", params, f64, 0, path);
    bind(*part, "of", set);
    return part;
  }
  std::unique_ptr<Source> ran(const json& params, const std::string& which,
                              const std::string& path = "part") {
    auto made = part(params, which, path);
    run(*made);
    return made;
  }
  std::string fault(const json& params, const std::string& which = "first") {
    const weir::Faults faults = plan(*part(params, which));
    return faults.empty() ? "none" : faults.front().message;
  }

  Tensor labels;
  ItemSet set;
};

std::vector<std::int64_t> items_of(const Source& source) {
  const Tensor x = source.items(at::arange(*source.size(), at::kLong)).flatten().to(at::kLong);
  return {x.const_data_ptr<std::int64_t>(), x.const_data_ptr<std::int64_t>() + x.numel()};
}

}  // namespace

TEST_CASE("The first part and the rest are all of a set, whatever the nodes are called", "[source][split]") {
  Set set;
  const json how = GENERATE(json{{"share", 0.35}}, json{{"count", 7}}, json{{"each", 3}});
  INFO(how);
  const auto first = set.ran(how, "first", "training"), rest = set.ran(how, "rest", "test");
  std::vector<std::int64_t> all = items_of(*first);
  CHECK(all.size() == (how.contains("each") ? 9 : 7));
  CHECK(std::ranges::is_sorted(all));
  const std::vector<std::int64_t> others = items_of(*rest);
  all.insert(all.end(), others.begin(), others.end());
  std::ranges::sort(all);
  std::vector<std::int64_t> whole(20);
  for (std::size_t i = 0; i < 20; ++i) whole[i] = static_cast<std::int64_t>(i);
  CHECK(all == whole);
  CHECK(value_of(*first, "item")
            .equal(first->items(at::arange(*first->size(), at::kLong)).flatten().to(at::kLong)));
  CHECK(first->labels().equal(set.labels.index_select(0, value_of(*first, "item"))));
  CHECK(first->classes() == 3);
}

TEST_CASE("With each, the first part has so many of each class; a larger one holds a smaller",
          "[source][split]") {
  Set set;
  const auto two = set.ran({{"each", 2}}, "first"), three = set.ran({{"each", 3}}, "first");
  CHECK(at::bincount(two->labels()).equal(at::full({3}, 2, at::kLong)));
  CHECK(std::ranges::includes(items_of(*three), items_of(*two)));
  CHECK_THROWS_WITH(set.ran({{"each", 4}}, "first"), "each is 4, and 'set' has 3 items of class 0");
}

TEST_CASE("A split samples its own items, and says what cannot be divided", "[source][split]") {
  Set set;
  const auto part = set.ran({{"count", 4}}, "first");
  weir::Rng rng(3, "draw", f64);
  const Tensor drawn = part->sample(200, rng).flatten().to(at::kLong);
  std::set<std::int64_t> seen(drawn.const_data_ptr<std::int64_t>(),
                              drawn.const_data_ptr<std::int64_t>() + 200);
  const std::vector<std::int64_t> items = items_of(*part);
  CHECK(seen == std::set<std::int64_t>(items.begin(), items.end()));

  CHECK(set.fault(json::object()) == "a split needs the size of its first part");
  CHECK(set.fault({{"share", 0.5}, {"count", 3}}) ==
        "share, count and each each say how large the first part is");
  CHECK(set.fault({{"count", 30}}) ==
        "the first part has 30 of the 20 items of 'set', and there are not as many");
  CHECK(set.fault({{"count", 20}}, "rest") ==
        "the first part has 20 of the 20 items of 'set', and this part is empty");
  CHECK(set.fault({{"count", 20}}) == "none");

  const auto of_law = make<Source>("source/split", {{"share", 0.5}, {"part", "first"}});
  const auto law = make<Source>("source/gaussian", {{"dim", 2}}, f64, 0, "base");
  run(*law);
  bind(*of_law, "of", *law);
  REQUIRE(plan(*of_law).size() == 1);
  CHECK(plan(*of_law)[0].message == "'base' is a distribution: it has no items to divide");

  ItemSet plain(at::zeros({4, 1}, f64));
  const auto each = make<Source>("source/split", {{"each", 1}, {"part", "first"}});
  bind(*each, "of", plain);
  REQUIRE(plan(*each).size() == 1);
  CHECK(plan(*each)[0].message == "'set' does not say of which class its items are");

  const auto inside = set.part({{"count", 2}}, "first", "part");
  set.set.set({.path = "part.of", .seed = 0, .options = f64, .places = {}});
  REQUIRE(plan(*inside).size() == 1);
  CHECK_THAT(plan(*inside)[0].message,
             Catch::StartsWith("a set that stands inside a split is not that of another"));
}
