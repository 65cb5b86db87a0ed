// tools/lab/judge/difference.cpp -- the mean difference of two numbers over runs, and how far chance goes.
#include "difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace weir::tools {
namespace {

const std::string more_seeds = ": sweep over seeds, `seed: {count: 5}`";

double subtract(double a, double b) {
  return a == b ? 0 : a - b;
}  // infinities that are equal differ by nothing

std::string why_without(const Measured& m) {
  if (!(*m.se > 0)) return fmt::format("a standard error of {} says nothing of chance{}", *m.se, more_seeds);
  if (!m.n || *m.n < 2)
    return "its standard error does not say how many values it is from (a metric's <name>_n)" + more_seeds;
  return "";
}

// The numbers' own errors.
void of_one(const Measured& a, const Measured& b, Difference& d) {
  if (!a.se && !b.se) d.why = "no standard error" + more_seeds;
  d.df = std::numeric_limits<double>::infinity();
  for (const Measured* m : {&a, &b}) {
    if (!m->se || !d.why.empty()) continue;
    d.why = why_without(*m);
    d.se = std::hypot(d.se, *m->se);
    d.df = std::min(d.df, m->n.value_or(0) - 1);
  }
}

// Whether all differences are one but for the round-off of the subtraction: three shares of 0.93 - 0.95 have no spread.
bool are_one(const std::vector<std::pair<Measured, Measured>>& pairs) {
  double largest = 0;
  for (const auto& [a, b] : pairs) largest = std::max({largest, std::abs(a.value), std::abs(b.value)});
  const double first = subtract(pairs[0].first.value, pairs[0].second.value);
  return std::ranges::all_of(pairs, [&](const auto& pair) {
    const double each = subtract(pair.first.value, pair.second.value);
    return each == first || std::abs(each - first) <= 4 * std::numeric_limits<double>::epsilon() * largest;
  });
}

}  // namespace

Difference difference(const std::vector<std::pair<Measured, Measured>>& pairs) {
  std::vector<Measured> differences;
  for (const auto& [a, b] : pairs) differences.push_back({subtract(a.value, b.value), {}, {}});
  const Statistic s = statistic(differences);
  Difference d;
  d.n = s.n;
  d.mean = d.n == 0 ? std::numeric_limits<double>::quiet_NaN() : s.mean;
  if (d.n == 1) of_one(pairs[0].first, pairs[0].second, d);
  if (d.n < 2) return d;
  d.se = *s.se;
  d.df = static_cast<double>(d.n - 1);
  if (are_one(pairs)) {
    d.mean = differences[0].value;
    d.why = fmt::format(
        "all {} runs say the same, which leaves nothing to measure chance by: state a bound, "
        "with at_least, at_most or within",
        d.n);
  }
  return d;
}

double Difference::p() const {
  if (!why.empty() || !std::isfinite(mean) || !std::isfinite(se))
    return std::numeric_limits<double>::quiet_NaN();
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(df), std::abs(mean) / se));
}

double Difference::half_width() const {
  return boost::math::quantile(boost::math::students_t(df), 0.975) * se;
}

double level_of_standard_errors(double k) { return std::erfc(k / std::numbers::sqrt2); }

}  // namespace weir::tools
