// tests/plugins/source/categorical.test.cpp -- laws of words, counted.
#include <cmath>

#include <weir/kinds/facets/token_law.hpp>

#include "../tokens.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using Catch::Contains;
using nlohmann::json;
using weir::Tensor;

std::string fault_of(const json& params) {
  const weir::Faults faults = plan(*make<weir::Source>("source/categorical", params));
  REQUIRE(faults.size() == 1);
  return faults[0].message;
}

}  // namespace

TEST_CASE("Words come as often as their weights say, within 4 standard errors", "[source][categorical]") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const Words words;
  weir::Rng rng(seed, "words", f64);
  constexpr std::int64_t n = 10000;
  const Tensor tokens = weir::tokens_of(words.target->sample(n, rng), "words");
  const Tensor number = tokens.select(1, 0) * 3 + tokens.select(1, 1);
  const Tensor share = at::bincount(number, {}, 9).to(at::kDouble) / n, p = Words::at_end();
  CHECK(((share - p).abs() <= 4 * (p * (1 - p) / n).sqrt()).all().item<bool>());
}

TEST_CASE("Uniform tokens are uniform, and masks are the last category", "[source][categorical]") {
  const Words uniform, mask("mask");
  weir::Rng rng(4, "words", f64);
  const Tensor share = uniform.source->sample(9000, rng).mean(0);
  CHECK((share.sub(1.0 / 3).abs() < 4 * std::sqrt(2.0 / 9 / 9000)).all().item<bool>());
  CHECK(mask.source->sample(5, rng).select(2, 2).eq(1).all().item<bool>());
  CHECK(weir::facet<weir::TokenLaw>(*mask.source)->each.equal(row_of({0, 0, 1, 0, 0, 1}).view({2, 3})));
  CHECK(weir::facet<weir::TokenLaw>(*uniform.target)->probability.equal(row_of({0.5, 0.3, 0.2})));
}

TEST_CASE("A law of tokens that is not one is refused where it is written", "[source][categorical]") {
  CHECK(fault_of({{"categories", 2}}) == "a law of tokens is given by its words or by name, one of the two");
  CHECK(fault_of({{"categories", 2}, {"words", {{0, 1}, {2, 0}}}}) ==
        "2 is no token: they are whole numbers from 0 to 1");
  CHECK(fault_of({{"categories", 2}, {"words", {{0, 1}, {0, 0.5}}}}) ==
        "0.5 is no token: they are whole numbers from 0 to 1");
  CHECK(fault_of({{"categories", 2}, {"words", {{0, 1}, {0, 1}}}}) == "a word is there twice");
  CHECK(fault_of({{"categories", 2}, {"words", {{0, 1}}}, {"weights", {1, 2}}}) == "2 weights for 1 words");
  CHECK(fault_of({{"categories", 2}, {"law", "mask"}}) == "law: mask needs the number of tokens of a word");
}

TEST_CASE("Points that are no tokens are named, with what to take", "[source][categorical]") {
  for (const auto& x : {row_of({0.5, 0.5}), row_of({1, 1}), row_of({0, 0}), row_of({1, -1})})
    CHECK_THROWS_WITH(weir::tokens_of(x.view({1, 2}), "points x0"),
                      Contains("points x0 are not tokens") && Contains("source/categorical"));
}
