// tests/lab/difference.test.cpp -- mean differences and how far chance goes, against another program's numbers (SciPy 1.x).
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include <lab/judge/difference.hpp>

using namespace weir::tools;

namespace {

Measured exactly(double value) { return {value, {}, {}}; }

}  // namespace

TEST_CASE(
    "Differences of several runs are judged by Student's t at n - 1 degrees of freedom, whatever their own "
    "errors") {
  std::vector<std::pair<Measured, Measured>> pairs;
  for (const double d : {-1, -2, -3, -2, -2}) pairs.push_back({{10 + d, 1e-3, 64.0}, {10, 1e-3, 64.0}});
  const Difference d = difference(pairs);
  CHECK(d.n == 5);
  CHECK(d.mean == Approx(-2).epsilon(1e-12));
  CHECK(d.se == Approx(0.316227766).epsilon(1e-8));
  CHECK(d.df == 4);
  CHECK(d.p() == Approx(0.0031982).epsilon(1e-4));  // scipy.stats.ttest_1samp
  CHECK(d.half_width() == Approx(0.877989).epsilon(1e-5));
}

TEST_CASE("Two numbers of one run are judged by both their errors, at the fewer degrees of freedom") {
  const Difference d = difference({{{29, 0.3, 16.0}, {30, 0.4, 9.0}}});
  CHECK(d.se == Approx(0.5));
  CHECK(d.df == 8);
  CHECK(d.p() == Approx(0.0805162).epsilon(1e-5));  // 2 scipy.stats.t.sf(2, 8)

  const Difference exact = difference({{{29, 0.3, 16.0}, exactly(30)}});
  CHECK(exact.se == Approx(0.3));
  CHECK(exact.df == 15);
}

TEST_CASE("A standard error that says nothing of chance is none, and why is said") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto why = [](const Measured& a, const Measured& b) {
    const Difference d = difference({{a, b}});
    CHECK(std::isnan(d.p()));
    return d.why;
  };
  const std::string seeds = ": sweep over seeds, `seed: {count: 5}`";
  CHECK(why(exactly(1), exactly(2)) == "no standard error" + seeds);
  CHECK(why({1, 0, 64.0}, exactly(2)) == "a standard error of 0 says nothing of chance" + seeds);
  CHECK(why({1, 0.1, 64.0}, {2, 0, 64.0}) == "a standard error of 0 says nothing of chance" + seeds);
  CHECK(why({1, nan, 1.0}, exactly(2)) == "a standard error of nan says nothing of chance" + seeds);
  const std::string unknown =
      "its standard error does not say how many values it is from (a metric's <name>_n)" + seeds;
  CHECK(why({1, 0.1, {}}, exactly(2)) == unknown);
  CHECK(why({1, 0.1, 1.0}, exactly(2)) == unknown);
}

TEST_CASE(
    "Runs that all say the same leave nothing to measure chance by, but for the round-off of a subtraction") {
  // 0.93 - 0.95 and 0.43 - 0.45 differ in the last digits.
  const Difference d = difference({{exactly(0.93), exactly(0.95)}, {exactly(0.43), exactly(0.45)}});
  CHECK(d.mean == Approx(-0.02).epsilon(1e-12));
  CHECK(d.why ==
        "all 2 runs say the same, which leaves nothing to measure chance by: state a bound, with at_least, "
        "at_most or within");
  CHECK(difference({{exactly(0.93), exactly(0.95)}, {exactly(0.44), exactly(0.45)}}).why.empty());
}

TEST_CASE("Equal infinities differ by nothing, and no pair by an unknown amount") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(difference({{exactly(infinity), exactly(infinity)}}).mean == 0);
  CHECK(std::isnan(difference({{exactly(infinity), exactly(1)}, {exactly(1), exactly(1)}}).p()));
  CHECK(std::isnan(difference({}).mean));
}

TEST_CASE("k standard errors stand for the probability that a normal number is further away than k") {
  CHECK(level_of_standard_errors(3) == Approx(0.0026997961).epsilon(1e-7));
  CHECK(level_of_standard_errors(0) == 1);
}
