// tests/lab/comparison.test.cpp -- paired differences and their test, against another program's numbers.
#include <catch2/catch.hpp>
#include <cmath>

#include <lab/judge/comparison.hpp>

using namespace weir;
using namespace weir::tools;

namespace {

RunResult run(double sigma, std::uint64_t seed, double share, const std::string& data = "a") {
  RunResult result;
  result.status = "finished";
  result.seed = seed;
  result.axes = {{"data", data}, {"sigma", sigma}, {"seed", seed}};
  result.values["recall.share"] = {share, {}, {}};
  return result;
}

std::vector<SweepAxis> sweep() {
  SweepAxis data, sigma, seed;
  data.name = "data", sigma.name = "sigma", seed.name = "seed";
  seed.seeds = true;
  return {data, sigma, seed};
}

constexpr double given = 0.05;  // the level of comparisons without a `p_below`

std::vector<Verdict> judge(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& axes) {
  return weir::tools::judge(compare, results, axes, given);
}

ExpectedOrder levels(std::optional<double> p_below = {}) {
  ExpectedOrder c;
  c.that = "recall.share", c.axis = "sigma", c.less = 0.5, c.than = 0.0, c.p_below = p_below;
  return c;
}

}  // namespace

TEST_CASE("Levels of an axis are compared run by run, paired by seed") {
  // Differences -1, -2, -3, -2, -2: mean -2, t = -6.32456 with 4 degrees of freedom, p = 0.0031982 (scipy.stats.ttest_rel).
  std::vector<RunResult> results;
  const double differences[] = {-1, -2, -3, -2, -2};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const double base = 10 * double(seed);
    results.push_back(run(0, seed, base));
    results.push_back(run(0.5, seed, base + differences[seed]));
  }
  const auto verdicts = judge({levels()}, results, sweep());
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].met);
  CHECK(verdicts[0].text() ==
        "recall.share less at sigma = 0.5 than at sigma = 0 (data = a): difference -2 [-2.878, -1.122], p = "
        "0.0032 (5), level 0.05, met");
  CHECK_FALSE(judge({levels(0.003)}, results, sweep())[0].met);

  ExpectedOrder other = levels();
  std::swap(other.less, other.than);
  CHECK_FALSE(judge({other}, results, sweep())[0].met);  // significant, and in the other direction

  // One seed of several that were counted, with errors of their own: says nothing of the spread between trainings.
  std::vector<RunResult> one = {results[0], results[1]};
  for (RunResult& run : one) run.values["recall.share"].se = 1e-3;
  const Verdict verdict = judge({levels()}, one, sweep())[0];
  CHECK_FALSE(verdict.met);
  CHECK_THAT(verdict.text(), Catch::Contains("one run of each, and a t test needs two: count more seeds"));
}

TEST_CASE("Each case of the other axes is judged on its own, those that `where` selects") {
  std::vector<RunResult> results;
  for (const char* data : {"a", "b"}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      results.push_back(run(0, seed, 1, data));
      results.push_back(
          run(0.5, seed, data[0] == 'a' ? 0.1 + 0.01 * double(seed) : 1.0 + 0.01 * double(seed), data));
    }
  }
  const auto both = judge({levels()}, results, sweep());
  REQUIRE(both.size() == 2);
  CHECK(both[0].met);
  CHECK_FALSE(both[1].met);
  ExpectedOrder one = levels();
  one.where["data"] = "b";
  CHECK(judge({one}, results, sweep()).size() == 1);
}

TEST_CASE("Comparisons with a p_below have a level of their own, and at 1 the means decide") {
  std::vector<RunResult> results;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    results.push_back(run(0, seed, 1));
    results.push_back(run(0.5, seed, seed == 0 ? 0 : 1.1));  // a mean of 0.73, and p = 0.55
  }
  CHECK(judge({levels()}, results, sweep())[0].level == given);
  CHECK(judge({levels(0.01)}, results, sweep())[0].level == 0.01);
  CHECK_FALSE(judge({levels()}, results, sweep())[0].met);
  const Verdict means = judge({levels(1)}, results, sweep())[0];
  CHECK(means.met);
  CHECK_FALSE(means.level);
  CHECK(at_given_level({levels(), levels(0.01), levels(1)}, results, sweep()) == 1);
}

TEST_CASE("Differences that are all the same are no evidence, however many") {
  std::vector<RunResult> results;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    results.push_back(run(0, seed, 0.95));
    results.push_back(run(0.5, seed, 0.93));
  }
  CHECK_THAT(judge({levels()}, results, sweep())[0].text(),
             Catch::Contains("difference -0.02, NOT MET (all 10 runs say the same"));
}

TEST_CASE(
    "Two numbers of one run are compared by their own standard errors, at the fewer degrees of freedom") {
  RunResult result;
  result.values["at_ot.total"] = {29.0, 0.3, 64.0};
  result.values["at_pair.total"] = {30.0, 0.4, 16.0};
  ExpectedOrder c;
  c.less = "at_ot.total", c.than = "at_pair.total";
  // t = 2 at 15 degrees of freedom: 2 scipy.stats.t.sf(2, 15) = 0.0639
  CHECK(judge({c}, {result}, {})[0].text() ==
        "at_ot.total less than at_pair.total: difference -1 [-2.066, 0.06572], p = 0.064 (1), level 0.05, "
        "NOT MET");
  result.values["at_pair.total"].n = 1e6;  // 63 degrees of freedom
  CHECK(judge({c}, {result}, {})[0].met);
  const auto text_of = [&](std::optional<double> se, std::optional<double> n) {
    result.values["at_ot.total"] = {29.0, se, n};
    return judge({c}, {result}, {})[0].text();
  };
  CHECK_THAT(text_of({}, {}), Catch::Contains("difference -1, NOT MET (no standard error"));
  CHECK_THAT(text_of(0.0, 64.0), Catch::Contains("NOT MET (a standard error of 0 says nothing of chance"));
  CHECK_THAT(text_of(std::nan(""), 64.0), Catch::Contains("NOT MET (a standard error of nan says nothing"));
  CHECK_THAT(text_of(0.3, {}), Catch::Contains("NOT MET (its standard error does not say how many values"));
  result.values.erase("at_ot.total");
  CHECK_THAT(judge({c}, {result}, {})[0].text(), Catch::Contains("not measured, NOT MET"));
  CHECK_FALSE(judge({c}, {}, {})[0].met);
}
