// tests/plugins/metric/token_law.test.cpp -- counts of words by hand, and what points of the law itself have.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../tokens.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

struct Counted {
  Counted(const Tensor& points, weir::Source& target)
      : generated(points), metric(make<weir::Metric>("metric/token_law")) {
    bind(*metric, "generated", generated, "value");
    bind(*metric, "target", target);
    faults = plan(*metric);
    QuietRun quiet;
    if (faults.empty()) metric->run(quiet);
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }
  Values generated;
  std::unique_ptr<weir::Metric> metric;
  weir::Faults faults;
};

}  // namespace

TEST_CASE("Four points, of which one is no word of the law", "[metric][token_law]") {
  const Words words;
  const Counted counted(weir::one_hot(at::tensor({0, 1, 0, 1, 1, 0, 2, 2}, at::kLong).view({4, 2}), 3, f64),
                        *words.target);
  REQUIRE(counted.faults.empty());
  CHECK(counted["count"].equal(at::tensor({2, 1, 0}, at::kLong)));
  CHECK(number(counted["total_variation"]) == Approx((0 + 0.05 + 0.2 + 0.25) / 2));
  CHECK(number(counted["chi_square"]) == Approx(4 * (0.0025 / 0.3 + 0.04 / 0.2)));
}

TEST_CASE(
    "Points of the law have the mean variation that is called its floor, and Pearson's mean and variance",
    "[metric][token_law]") {
  const Words words;
  constexpr int sets = 400;
  double variation = 0, variation2 = 0, chi = 0, chi2 = 0, floor = 0;
  for (int i = 0; i < sets; ++i) {
    weir::Rng rng(static_cast<std::uint64_t>(i), "set", f64);
    const Counted counted(words.target->sample(500, rng), *words.target);
    const double v = number(counted["total_variation"]), c = number(counted["chi_square"]);
    variation += v / sets, variation2 += v * v / sets, chi += c / sets, chi2 += c * c / sets;
    floor = number(counted["floor"]);
  }
  const double spread = std::sqrt((variation2 - variation * variation) / sets);
  CHECK(std::abs(variation - floor) <
        4 * spread + 0.02 * floor);  // of a normal law in place of the binomial one
  CHECK(chi == Approx(2).margin(4 * std::sqrt(4.0 / sets)));
  CHECK(chi2 - chi * chi ==
        Approx(4).margin(4 * std::sqrt(128.0 / sets)));  // the fourth moment of chi^2_2 is 9 x 16
}

TEST_CASE("A law whose words are not listed, and points of another shape, are refused",
          "[metric][token_law]") {
  const Words words;
  const Counted unlisted(Words::points(), *words.source);
  REQUIRE(unlisted.faults.size() == 1);
  CHECK(unlisted.faults[0].message == "the words of 'node' are not listed");
  const Counted longer(at::zeros({4, 3, 3}, f64), *words.target);
  REQUIRE(longer.faults.size() == 1);
  CHECK(longer.faults[0].message == "points of [4, 3, 3] are not words of 'node', which are [2, 3]");
}
