// tests/lab/expectation.test.cpp -- whether the numbers are as a pipeline expects them.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "lab/judge/expectation.hpp"

using namespace weir;
using namespace weir::tools;

namespace {

Case one_case(double mean, std::optional<double> se = {}, std::size_t n = 1) {
  Case c;
  c.runs = n;
  c.values["recall.share"] = {mean, 0, n, se};
  return c;
}

Expectation expect(const std::string& relation, double value) {
  Expectation e;
  e.that = "recall.share";
  e.relation = relation;
  e.value = value;
  return e;
}

bool met(const Expectation& e, const Case& c) {
  const auto verdicts = judge({e}, {c});
  REQUIRE(verdicts.size() == 1);
  return verdicts[0].met;
}

}  // namespace

TEST_CASE("at_least and at_most include their bound") {
  CHECK(met(expect("at_least", 0.95), one_case(0.95)));
  CHECK_FALSE(met(expect("at_least", 0.95), one_case(0.9499)));
  CHECK(met(expect("at_most", 0.1), one_case(0.1)));
  CHECK_FALSE(met(expect("at_most", 0.1), one_case(0.1001)));
}

TEST_CASE("equals is exact unless a tolerance is given") {
  Expectation e = expect("equals", 2);
  CHECK(met(e, one_case(2)));
  CHECK_FALSE(met(e, one_case(2.0000001)));
  e.within = 0.25;
  CHECK(met(e, one_case(2.25)));
  CHECK(met(e, one_case(1.75)));
  CHECK_FALSE(met(e, one_case(2.2501)));
}

TEST_CASE("within_se counts standard errors of the mean, and needs one") {
  Expectation e = expect("equals", 1);
  e.within_se = 3;
  CHECK(met(e, one_case(1.29, 0.1)));
  CHECK_FALSE(met(e, one_case(1.31, 0.1)));
  const auto verdict = judge({e}, {one_case(1.0001)})[0];
  CHECK_FALSE(verdict.met);
  CHECK(verdict.text().find("no standard error: sweep over seeds, `seed: {count: 5}`") != std::string::npos);
}

TEST_CASE("Infinities equal each other, and a NaN meets nothing") {
  const double infinite = std::numeric_limits<double>::infinity();
  Expectation e = expect("equals", infinite);
  CHECK(met(e, one_case(infinite)));
  CHECK_FALSE(met(expect("at_most", 1), one_case(std::nan(""))));
  CHECK_FALSE(met(expect("at_least", 1), one_case(std::nan(""))));
}

TEST_CASE("`where` selects cases, and every selected one is judged") {
  Case low = one_case(0.99), high = one_case(0.2), other = one_case(0.97);
  low.axes = {{"sigma", 0}, {"steps", 9}};
  high.axes = {{"sigma", 0.5}, {"steps", 9}};
  other.axes = {{"sigma", 0}, {"steps", 50}};
  Expectation e = expect("at_least", 0.95);
  e.where = {{"sigma", 0.0}};
  const auto verdicts = judge({e}, {low, high, other});
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].met);
  CHECK(verdicts[0].text() == "recall.share at least 0.95 (sigma = 0, steps = 9): 0.99, met");
  CHECK(verdicts[1].text() == "recall.share at least 0.95 (sigma = 0, steps = 50): 0.97, met");
}

TEST_CASE("What was not measured is not met, and runs that are missing are said") {
  Case empty;
  empty.runs = 3;
  CHECK(judge({expect("at_least", 0)}, {empty})[0].text() ==
        "recall.share at least 0: not measured, NOT MET");
  Case partial = one_case(0.5, 0.01, 2);
  partial.runs = 3;
  CHECK(judge({expect("at_least", 0.6)}, {partial})[0].text() ==
        "recall.share at least 0.6: 0.500 +- 0.010 (se) over 2 of 3 runs, NOT MET");
  Expectation nowhere = expect("at_least", 0);
  nowhere.where = {{"sigma", 3}};
  CHECK_FALSE(judge({nowhere}, {empty})[0].met);
}

TEST_CASE("A number may be compared with another of the same run, within the larger of two tolerances") {
  Expectation e = expect("equals", 0);
  e.other = "exact.share";
  e.within = 0.2;
  e.within_se = 3;
  Case c = one_case(1.3, 0.1);
  CHECK(judge({e}, {c})[0].text() ==
        "recall.share equals exact.share within 0.2 or 3 standard errors: not measured, NOT MET");
  c.values["exact.share"] = {1.05, 0, 1, {}};
  CHECK(judge({e}, {c})[0].met);
  CHECK_THAT(judge({e}, {c})[0].text(), Catch::Contains("1.30 +- 0.10 (se) and 1.05, met"));
  c.values["exact.share"] = {0.99, 0, 1, {}};
  CHECK_FALSE(judge({e}, {c})[0].met);
  const double infinity = std::numeric_limits<double>::infinity();
  c.values["recall.share"] = c.values["exact.share"] = {infinity, 0, 1, {}};
  CHECK(judge({e}, {c})[0].met);
}

TEST_CASE("With a share one verdict stands for all cases, and names those that fail") {
  Expectation e = expect("at_least", 0.5);
  e.share = 0.6;
  const auto met = judge({e}, {one_case(1), one_case(0.2), one_case(0.7)});
  REQUIRE(met.size() == 1);
  CHECK(met[0].met);
  CHECK_THAT(met[0].text(),
             Catch::Contains("recall.share at least 0.5 in at least 60 % of the cases: 2 of 3, met\n") &&
                 Catch::Contains("0.2, NOT MET"));
  e.share = 0.7;
  CHECK_FALSE(judge({e}, {one_case(1), one_case(0.2), one_case(0.7)})[0].met);
}
