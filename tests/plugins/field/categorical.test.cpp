// tests/plugins/field/categorical.test.cpp -- the exact velocity of tokens beside the equation of the chain on all words.
#include "../tokens.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// dp/dt of the chain on all nine words: what comes in less what goes out, one token at a time. rate [9, 2, 3].
Tensor change(const Tensor& p, const Tensor& rate) {
  Tensor dp = at::zeros({9}, f64);
  for (std::int64_t from = 0; from < 9; ++from)
    for (std::int64_t place = 0; place < 2; ++place)
      for (std::int64_t token = 0; token < 3; ++token) {
        const std::int64_t there = place == 0 ? from / 3 : from % 3;
        if (token == there) continue;
        const std::int64_t to = place == 0 ? 3 * token + from % 3 : 3 * (from / 3) + token;
        const Tensor flow = p[from] * rate[from][place][token];
        dp[to] += flow;
        dp[from] -= flow;
      }
  return dp;
}

}  // namespace

TEST_CASE("The exact rates carry the law of the mixture path along: Kolmogorov's equation on all words",
          "[field][categorical]") {
  const std::string law = GENERATE("uniform", "mask");
  const double t = GENERATE(0.1, 0.5, 0.9), h = 1e-5;
  const Words words(law);
  const Tensor rate = words.field->velocity({}, Words::points(), at::full({9}, t, f64));
  const Tensor slope = (Words::on_the_path(law, t + h) - Words::on_the_path(law, t - h)) / (2 * h);
  CHECK(at::allclose(change(Words::on_the_path(law, t), rate), slope, 1e-8,
                     1e-8));  // h^2, and round-off over h
  CHECK(at::allclose(rate.sum(2), at::zeros({9, 2}, f64), 0, 1e-12));
  CHECK((rate * (1 - Words::points())).ge(0).all().item<bool>());
}

TEST_CASE("At the ends of time the rates are finite, and a whole word is left alone",
          "[field][categorical]") {
  const Words words("mask");
  for (const double t : {0.0, 1.0}) {
    const Tensor v = words.field->velocity({}, Words::points(), at::full({9}, t, f64));
    CHECK(v.isfinite().all().item<bool>());
    for (const int word : {1, 3, 4}) CHECK(v[word].abs().max().item<double>() < 1e-12);
  }
}

TEST_CASE("Laws of tokens that are the wrong way round are refused, with what each has to be",
          "[field][categorical]") {
  const Words words;
  const auto field = make<weir::Field>("field/categorical");
  bind(*field, "source", *words.target);
  bind(*field, "target", *words.source);
  bind(*field, "interpolant", *words.path.interpolant);
  const weir::Faults faults = plan(*field);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message == "the words of 'node' are listed, and its tokens not independent");
  CHECK(faults[0].remedy == "use source/categorical with law: uniform or mask");
  CHECK(faults[1].message == "the words of 'node' are not listed");
}
