// tests/core/params.test.cpp -- several networks' parameters in one.
#include <weir/params.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Params;
using weir::Tensor;

Params params(const std::vector<std::pair<std::string, double>>& named) {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& [name, value] : named) tensors.emplace_back(name, at::full({1}, value, at::kDouble));
  return Params(std::move(tensors));
}

std::vector<std::string> names(const Params& of) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : of.tensors()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("Parameters are joined under prefixes, and seen under one of them as they were", "[params]") {
  const Params one = params({{"w", 1}, {"b", 2}}), two = params({{"w", 3}});
  const Params all = one.prefixed("one.").joined(two.prefixed("two."));
  CHECK(names(all) == std::vector<std::string>{"one.w", "one.b", "two.w"});
  CHECK(names(all.under("one.")) == std::vector<std::string>{"w", "b"});
  CHECK(all.under("two.")["w"].item<double>() == 3);
  CHECK(all.under("two.")["w"].is_same(two["w"]));
  CHECK(all.prefixed("a.").under("a.").under("one.")["b"].item<double>() == 2);
}

TEST_CASE("What is missing under a prefix, and what two networks both have, is said", "[params]") {
  const Params one = params({{"w", 1}}), all = one.prefixed("one.");
  CHECK_THROWS_WITH(all.under("one.")["b"], "there is no parameter 'b'; there are: w");
  CHECK_THROWS_WITH(
      one.joined(one),
      "two networks that are trained together have a parameter 'w'; give each a prefix of its own "
      "(Params::prefixed)");
}
