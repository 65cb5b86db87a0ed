// tests/plugins/integrator/ctmc_euler.test.cpp -- the law of tokens that jump, beside that of the chain with all its words.
#include <cmath>

#include <weir/kinds/flow/integrator.hpp>

#include "../tokens.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// The law of all nine words after these steps of the exact rates: each token on its own from what is there.
Tensor law_after(const Words& words, const std::string& law, int steps) {
  Tensor p = Words::at_start(law);
  for (int k = 0; k < steps; ++k) {
    const Tensor rate = words.field->velocity({}, Words::points(), at::full({9}, double(k) / steps, f64));
    Tensor token = (Words::points() + rate / steps).clamp_min(0);
    token = token / token.sum(2, true);
    p = at::einsum("w,wa,wb->ab", {p, token.select(1, 0), token.select(1, 1)}).reshape({9});
  }
  return p;
}

double variation(const Tensor& p, const Tensor& q) { return number((p - q).abs().sum()) / 2; }

struct Followed {
  Followed(const Words& words, const json& params, const Tensor& start, std::uint64_t seed = 1)
      : points(start), integrator(make<weir::Integrator>("integrator/ctmc_euler", params, f64, seed)) {
    bind(*integrator, "field", *words.field);
    bind(*integrator, "start", points, "value");
    faults = plan(*integrator);
  }
  Tensor end() {
    integrator->run(quiet);
    return value_of(*integrator, "end");
  }
  Values points;
  std::unique_ptr<weir::Integrator> integrator;
  weir::Faults faults;
  QuietRun quiet;
};

}  // namespace

TEST_CASE("Words after a few steps have the law of the chain, by Pearson's statistic",
          "[integrator][ctmc_euler]") {
  const std::string law = GENERATE("uniform", "mask");
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const Words words(law);
  weir::Rng rng(seed, "start", f64);
  constexpr std::int64_t n = 5000;
  Followed followed(words, {{"steps", 3}}, words.source->sample(n, rng), seed);
  REQUIRE(followed.faults.empty());
  const Tensor tokens = weir::tokens_of(followed.end(), "ends");
  const Tensor counted = at::bincount(tokens.select(1, 0) * 3 + tokens.select(1, 1), {}, 9).to(at::kDouble);
  const Tensor expected = n * law_after(words, law, 3);
  const Tensor possible = expected > 1e-9;
  CHECK(number(counted.masked_select(~possible).sum()) == 0);
  const double chi = number(((counted - expected).square() / expected).masked_select(possible).sum());
  const double freedom = number(possible.sum()) - 1;
  CHECK(chi < freedom + 5 * std::sqrt(2 * freedom));
}

TEST_CASE(
    "Half the steps' size brings the law of the ends twice as near to the data, but for the logarithm of "
    "jumps that come again",
    "[integrator][ctmc_euler]") {
  const auto order = [](const std::string& law) {
    const Words words(law);
    return std::log2(variation(law_after(words, law, 160), Words::at_end()) /
                     variation(law_after(words, law, 320), Words::at_end()));
  };
  CHECK(order("mask") == Approx(1).margin(1e-3));
  // h log(1/h): a token of noise, there with probability 1 - t, jumps at the rate 1 / (1 - t), which a step takes as constant.
  CHECK(order("uniform") == Approx(0.9).margin(0.1));
}

TEST_CASE("A mask is taken off once, and what is there stays", "[integrator][ctmc_euler]") {
  const Words words("mask");
  Followed followed(words, {{"steps", 20}, {"save", 21}},
                    weir::one_hot(at::full({200, 2}, 2, at::kLong), 3, f64));
  followed.end();
  const Tensor way =
      weir::tokens_of(value_of(*followed.integrator, "trajectory").flatten(0, 1), "way").view({21, 200, 2});
  const Tensor jumps = way.narrow(0, 1, 20).ne(way.narrow(0, 0, 20)).sum(0);
  CHECK(jumps.eq(1).all().item<bool>());
}

TEST_CASE("Rows jump alike in chunks of any size, and no chain goes backward", "[integrator][ctmc_euler]") {
  const Words words;
  weir::Rng rng(6, "start", f64);
  const Tensor start = words.source->sample(50, rng);
  CHECK(Followed(words, {{"steps", 5}, {"chunk", 7}}, start)
            .end()
            .equal(Followed(words, {{"steps", 5}}, start).end()));
  const Followed back(words, {{"steps", 5}, {"from", 1}, {"until", 0}}, start);
  REQUIRE(back.faults.size() == 1);
  CHECK(back.faults[0].message == "jumps of a chain are forward in time, and `until` comes before `from`");
  CHECK_THROWS_WITH(Followed(words, {{"steps", 5}}, at::zeros({4, 2, 3}, f64)).end(),
                    Catch::Contains("points at the start of 'node' are not tokens"));
}
