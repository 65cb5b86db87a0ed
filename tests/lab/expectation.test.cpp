// tests/lab/expectation.test.cpp -- whether the numbers are as a pipeline expects them.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include <lab/judge/expectation.hpp>

using namespace weir;
using namespace weir::tools;

namespace {

constexpr double given = 0.01;  // the level of verdicts that name none

Case one_case(const std::vector<std::map<std::string, Measured>>& runs) {
  std::vector<RunResult> results(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) results[i].values = runs[i];
  return cases(results, {}).at(0);
}

Case one_case(double value, std::optional<double> se = {}, std::optional<double> n = {}) {
  return one_case({{{"recall.share", {value, se, n}}}});
}

Case over_seeds(const std::vector<double>& values) {
  std::vector<std::map<std::string, Measured>> runs;
  for (const double value : values) runs.push_back({{"recall.share", {value, {}, {}}}});
  return one_case(runs);
}

Expectation expect(const std::string& relation, double value) {
  Expectation e;
  e.that = "recall.share";
  e.relation = relation;
  e.value = value;
  return e;
}

Verdict verdict(const Expectation& e, const Case& c) {
  const auto verdicts = judge({e}, {c}, given);
  REQUIRE(verdicts.size() == 1);
  return verdicts[0];
}

bool met(const Expectation& e, const Case& c) { return verdict(e, c).met; }

}  // namespace

TEST_CASE("at_least and at_most include their bound, and are about the mean itself") {
  CHECK(met(expect("at_least", 0.95), one_case(0.95)));
  CHECK_FALSE(met(expect("at_least", 0.95), one_case(0.9499)));
  CHECK(met(expect("at_most", 0.1), one_case(0.1)));
  CHECK_FALSE(met(expect("at_most", 0.1), one_case(0.1001, 0.1, 64.0)));
  CHECK_FALSE(verdict(expect("at_most", 0.1), one_case(0.1001, 0.1, 64.0)).level);
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

TEST_CASE("within_se is met as seldom as by a normal law, with Student's t over few seeds") {
  Expectation e = expect("equals", 1);
  e.within_se = 3;
  // The t quantiles at 1 - 0.0027 / 2 are 235.78, 19.206, 6.6201 and 4.0942 with 1, 2, 4 and 9 degrees of freedom.
  const auto at = [](std::size_t n, double ratio) {  // n seeds whose mean is `ratio` standard errors above 1
    std::vector<double> values(n);
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      values[i] = static_cast<double>(i) - 0.5 * static_cast<double>(n - 1);
      squares += values[i] * values[i];
    }
    const double se = std::sqrt(squares / static_cast<double>(n * (n - 1)));
    for (double& value : values) value = 1 + value + ratio * se;
    return over_seeds(values);
  };
  for (const auto& [n, quantile] : {std::pair{2, 235.78}, {3, 19.206}, {5, 6.6201}, {10, 4.0942}}) {
    CHECK(met(e, at(n, 0.999 * quantile)));
    CHECK_FALSE(met(e, at(n, 1.001 * quantile)));
  }
  CHECK(
      verdict(e, at(5, 2.5)).text() ==
      "recall.share equals 1 within 3 standard errors: 2.77 +- 0.71 (se), p = 0.067 (5), level 0.0027, met");
}

TEST_CASE("within_se takes the number's own error in a single run, and needs one") {
  Expectation e = expect("equals", 1);
  e.within_se = 3;
  CHECK(
      met(e, one_case(1.31, 0.1, 64.0)));  // 3.12 errors of 64 values are as improbable as 3 of a normal law
  CHECK_FALSE(met(e, one_case(1.32, 0.1, 64.0)));
  CHECK(verdict(e, one_case(1.0001)).text() ==
        "recall.share equals 1 within 3 standard errors: 1, NOT MET (no standard error: sweep over seeds, "
        "`seed: "
        "{count: 5}`)");
  CHECK_THAT(verdict(e, one_case(0.9, 0.0, 64.0)).text(),
             Catch::EndsWith("0.9, NOT MET (a standard error of 0 says nothing of chance: sweep over seeds, "
                             "`seed: {count: 5}`)"));
  CHECK(met(e, one_case(1, 0.0, 64.0)));
  CHECK_THAT(verdict(e, over_seeds({0.9, 0.9, 0.9})).text(),
             Catch::Contains("NOT MET (all 3 runs say the same, which leaves nothing to measure chance by"));
}

TEST_CASE("within_se: auto has the level that is given, and one of its own otherwise") {
  Expectation e = expect("equals", 1);
  e.within_chance = true;
  // The t quantile at 1 - 0.01 / 2 is 2.6561 with 63 degrees of freedom.
  CHECK(met(e, one_case(1.265, 0.1, 64.0)));
  CHECK_FALSE(met(e, one_case(1.267, 0.1, 64.0)));
  CHECK(verdict(e, one_case(1.25, 0.1, 64.0)).text() ==
        "recall.share equals 1 within chance: 1.25 +- 0.10 (se), p = 0.015 (1), level 0.01, met");
  CHECK(at_given_level({e}, {one_case(1), one_case(2)}) == 2);
  e.within_chance = false;
  e.within_se = 3;
  CHECK(at_given_level({e}, {one_case(1), one_case(2)}) == 0);
  CHECK(*verdict(e, one_case(1.2)).level == Approx(0.0027).epsilon(1e-3));
}

TEST_CASE("Infinities equal each other, and a NaN meets nothing") {
  const double infinite = std::numeric_limits<double>::infinity();
  Expectation e = expect("equals", infinite);
  CHECK(met(e, one_case(infinite)));
  CHECK_FALSE(met(expect("at_most", 1), one_case(std::nan(""))));
  CHECK_FALSE(met(expect("at_least", 1), one_case(std::nan(""))));
  e.within_se = 3;
  CHECK_FALSE(met(e, one_case(std::nan(""), 0.1, 64.0)));
}

TEST_CASE("`where` selects cases, and every selected one is judged") {
  Case low = one_case(0.99), high = one_case(0.2), other = one_case(0.97);
  low.axes = {{"sigma", 0}, {"steps", 9}};
  high.axes = {{"sigma", 0.5}, {"steps", 9}};
  other.axes = {{"sigma", 0}, {"steps", 50}};
  Expectation e = expect("at_least", 0.95);
  e.where = {{"sigma", 0.0}};
  const auto verdicts = judge({e}, {low, high, other}, given);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].met);
  CHECK(verdicts[0].text() == "recall.share at least 0.95 (sigma = 0, steps = 9): 0.99, met");
  CHECK(verdicts[1].text() == "recall.share at least 0.95 (sigma = 0, steps = 50): 0.97, met");
}

TEST_CASE("What was not measured is not met, and runs that are missing are said") {
  const Case empty = one_case({{}, {}, {}});
  CHECK(verdict(expect("at_least", 0), empty).text() == "recall.share at least 0: not measured, NOT MET");
  Case partial = over_seeds({0.49, 0.51});
  partial.runs = 3;
  CHECK(verdict(expect("at_least", 0.6), partial).text() ==
        "recall.share at least 0.6: 0.500 +- 0.010 (se) over 2 of 3 runs, NOT MET");
  Expectation nowhere = expect("at_least", 0);
  nowhere.where = {{"sigma", 3}};
  CHECK_FALSE(met(nowhere, empty));
  nowhere.within_chance = true;
  CHECK(at_given_level({nowhere}, {empty}) == 0);
}

TEST_CASE("Beside another number of the same runs the difference is judged, run by run over seeds") {
  Expectation e = expect("equals", 0);
  e.other = "exact.share";
  e.within_se = 3;
  // Both go up and down together by far more than they differ: by 0.1 on the whole, with a standard error of 0.01.
  std::vector<std::map<std::string, Measured>> runs;
  for (const double base : {1.0, 5.0, 9.0})
    runs.push_back({{"recall.share", {base + 0.1 + 0.0173205081 * (base - 5) / 4, {}, {}}},
                    {"exact.share", {base, {}, {}}}});
  CHECK(*verdict(e, one_case(runs)).p == Approx(0.0098524).epsilon(1e-4));  // 2 scipy.stats.t.sf(10, 2)
  CHECK_THAT(verdict(e, one_case(runs)).text(),
             Catch::Contains("5.1 +- 2.3 (se) and 5.0 +- 2.3 (se), p = 0.0099 (3), level 0.0027, met"));
}

TEST_CASE("Beside another number of one run both errors count, and one without is taken as exact") {
  Expectation e = expect("equals", 0);
  e.other = "exact.share";
  e.within_se = 3;
  const auto beside = [](const Measured& other) {
    return one_case({{{"recall.share", {1.3, 0.1, 64.0}}, {"exact.share", other}}});
  };
  CHECK_THAT(verdict(e, one_case(1.3, 0.1, 64.0)).text(), Catch::Contains("not measured, NOT MET"));
  CHECK(verdict(e, beside({1.05, {}, {}})).text() ==
        "recall.share equals exact.share within 3 standard errors: 1.30 +- 0.10 (se) and 1.05, p = 0.015 "
        "(1), level "
        "0.0027, met");
  CHECK_FALSE(met(e, beside({0.9, {}, {}})));
  CHECK(met(e, beside({0.9, 0.1, 64.0})));  // 2.8 errors of both
  e.within = 0.4;
  CHECK(met(e, beside({0.9, {}, {}})));  // the wider of two tolerances
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(met(e, one_case({{{"recall.share", {infinity, {}, {}}}, {"exact.share", {infinity, {}, {}}}}})));
}

TEST_CASE("A share is missed only by more cases than chance explains, and one verdict names those") {
  Expectation e = expect("at_least", 0.5);
  e.share = 0.95;
  const auto with_failures = [&](std::size_t failures) {
    std::vector<Case> all;
    for (std::size_t i = 0; i < 16; ++i) all.push_back(one_case(i < failures ? 0.2 : 0.7));
    const auto verdicts = judge({e}, all, given);
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts[0].missed.size() == failures);
    return verdicts[0];
  };
  // scipy.stats.binom.sf(F - 1, 16, 0.05): 1, 0.560, 0.189, 0.0429, 0.00700
  CHECK(with_failures(0).met);
  CHECK(with_failures(3).met);
  CHECK_FALSE(with_failures(4).met);
  CHECK_THAT(
      with_failures(3).text(),
      Catch::StartsWith("recall.share at least 0.5 in at least 95 % of the cases: 13 of 16, p = 0.043 (16), "
                        "level 0.01, met\n") &&
          Catch::Contains("0.2, NOT MET"));
  CHECK(*with_failures(4).p == Approx(0.0070039).epsilon(1e-4));
  CHECK(at_given_level({e}, {one_case(1), one_case(1)}) == 1);
}

TEST_CASE("A share of so few cases that none could be too many is not met, and how many it takes is said") {
  Expectation e = expect("at_least", 0.5);
  e.share = 0.6;
  std::vector<Case> all(5, one_case(1));  // 0.4^5 = 0.01024
  CHECK(judge({e}, all, given)[0].text() ==
        "recall.share at least 0.5 in at least 60 % of the cases: 5 of 5, p = 1 (5), level 0.01, NOT MET "
        "(too few "
        "cases: chance alone misses all 5 more often than the level says; 6 are needed)");
  all.push_back(one_case(1));
  CHECK(judge({e}, all, given)[0].met);
}

TEST_CASE("within_se: auto leaves each case of a share the failures that the share does") {
  Expectation e = expect("equals", 1);
  e.within_chance = true;
  e.share = 0.95;
  // The t quantile at 0.975 is 1.9983 with 63 degrees of freedom.
  const std::vector<Case> all = {one_case(1.199, 0.1, 64.0), one_case(1.201, 0.1, 64.0)};
  CHECK(judge({e}, all, given)[0].missed.size() == 1);
}

TEST_CASE("A bound may be a multiple of another number of the runs") {
  Expectation e = expect("at_most", 0);
  e.other = "exact.share";
  e.times = 0.25;
  const auto beside = [](double value, double other) {
    return one_case({{{"recall.share", {value, {}, {}}}, {"exact.share", {other, 0.1, 64.0}}}});
  };
  CHECK(met(e, beside(0.5, 2)));
  CHECK_FALSE(met(e, beside(0.5, 1.99)));
  CHECK(verdict(e, beside(0.5, 2)).text() ==
        "recall.share at most 0.25 times exact.share: 0.5 and 2.00 +- 0.10 (se), met");
  e.relation = "at_least";
  CHECK(met(e, beside(0.5, 1.99)));
  CHECK_FALSE(met(e, beside(0.5, 2.01)));
}

TEST_CASE("The standard error of another number is multiplied as the number is") {
  Expectation e = expect("equals", 0);
  e.other = "exact.share";
  e.times = 3;
  e.within_se = 3;
  // 3 (1 +- 0.1) beside 3.9: 3 errors of 0.3; with the error of 0.1 left as it is they would be 9. The t quantile at
  // 1 - 0.0027 / 2 is 3.1235 with 63 degrees of freedom.
  const auto beside = [](double value) {
    return one_case({{{"recall.share", {value, {}, {}}}, {"exact.share", {1, 0.1, 64.0}}}});
  };
  CHECK(met(e, beside(3.9)));
  CHECK(met(e, beside(3 + 0.3 * 3.11)));
  CHECK_FALSE(met(e, beside(3 + 0.3 * 3.13)));

  // Over seeds the differences are taken of the multiple, run by run: 0.1 on the whole, with a standard error of 0.01.
  std::vector<std::map<std::string, Measured>> runs;
  for (const double base : {1.0, 5.0, 9.0})
    runs.push_back({{"recall.share", {3 * base + 0.1 + 0.0173205081 * (base - 5) / 4, {}, {}}},
                    {"exact.share", {base, {}, {}}}});
  CHECK(*verdict(e, one_case(runs)).p == Approx(0.0098524).epsilon(1e-4));  // 2 scipy.stats.t.sf(10, 2)
}
