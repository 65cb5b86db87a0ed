// tools/lab/judge/comparison.cpp -- differences of paired runs and their test.
#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>

#include <text/number.hpp>

namespace weir::tools {
namespace {

using Axes = std::vector<std::pair<std::string, nlohmann::json>>;

// The differences of one case, and the standard error of a single one where both numbers have their own.
struct Differences {
  Axes axes;
  std::vector<double> values;
  std::optional<double> se;
};

Axes without(const Axes& axes, const std::set<std::string>& names) {
  Axes left;
  std::ranges::copy_if(axes, std::back_inserter(left),
                       [&](const auto& axis) { return !names.contains(axis.first); });
  return left;
}

bool is_at(const RunResult& run, const std::string& axis, const nlohmann::json& value) {
  return std::ranges::any_of(run.axes,
                             [&](const auto& at) { return at.first == axis && at.second == value; });
}

void add(std::vector<Differences>& all, const Axes& axes, const RunResult& less, const std::string& less_what,
         const RunResult& than, const std::string& than_what) {
  auto place = std::ranges::find(all, axes, &Differences::axes);
  if (place == all.end()) place = all.insert(all.end(), {axes, {}, {}});
  const auto a = less.values.find(less_what), b = than.values.find(than_what);
  if (a == less.values.end() || b == than.values.end()) return;
  place->values.push_back(a->second.value - b->second.value);
  if (a->second.se && b->second.se) place->se = std::hypot(*a->second.se, *b->second.se);
}

std::vector<Differences> differences(const ExpectedOrder& c, const std::vector<RunResult>& results,
                                     const std::set<std::string>& seeds) {
  std::vector<Differences> all;
  std::set<std::string> free = seeds;
  free.insert(c.axis);
  for (const RunResult& run : results) {
    const Axes axes = without(run.axes, free);
    if (!selected(c.where, axes)) continue;
    if (c.axis.empty()) add(all, axes, run, c.less, run, c.than);
    if (c.axis.empty() || !is_at(run, c.axis, c.less)) continue;
    for (const RunResult& other : results) {
      if (is_at(other, c.axis, c.than) && without(other.axes, {c.axis}) == without(run.axes, {c.axis}))
        add(all, axes, run, c.that, other, c.that);
    }
  }
  return all;
}

std::string rule(const ExpectedOrder& c) {
  if (c.axis.empty()) return fmt::format("{} less than {}", cell(c.less), cell(c.than));
  return fmt::format("{0} less at {1} = {2} than at {1} = {3}", c.that, c.axis, cell(c.less), cell(c.than));
}

// Two-sided probability of a ratio at least as large, and the half-width of the 95 % interval in standard errors.
template <class Law>
std::pair<double, double> test(const Law& law, double ratio) {
  return {2 * boost::math::cdf(boost::math::complement(law, ratio)), boost::math::quantile(law, 0.975)};
}

// `over_seeds`: the sweep has an axis of seeds, so that one run of each says nothing of another.
Verdict verdict(const ExpectedOrder& c, const Differences& d, bool over_seeds) {
  Verdict v{false, rule(c), label(d.axes), "not measured"};
  const std::size_t n = d.values.size();
  if (n == 0) return v;
  std::vector<Measured> values;
  for (const double value : d.values) values.push_back({value, d.se, {}});
  const Statistic s = statistic(values);
  v.measured = fmt::format("difference {}", number(s.mean));
  if (!s.se) v.why = "no standard error: sweep over seeds, `seed: {count: 5}`";
  if (over_seeds && n == 1) v.why = "one run of each, and a t test needs two: count more seeds";
  if (!v.why.empty() || !std::isfinite(s.mean)) return v;
  double p = s.mean == 0 ? 1 : 0, width = 0;
  if (*s.se > 0) {
    const double ratio = std::abs(s.mean) / *s.se;
    std::tie(p, width) = n > 1 ? test(boost::math::students_t(static_cast<double>(n - 1)), ratio)
                               : test(boost::math::normal(), ratio);
  }
  const double half = width * *s.se;
  v.met = s.mean < 0 && p < c.p_below;
  v.measured += fmt::format(" [{}, {}], p = {:.2g} ({})", number(s.mean - half), number(s.mean + half), p, n);
  return v;
}

}  // namespace

std::vector<Verdict> judge(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep) {
  std::set<std::string> seeds;
  for (const SweepAxis& axis : sweep)
    if (axis.seeds) seeds.insert(axis.name);
  std::vector<Verdict> verdicts;
  for (const ExpectedOrder& c : compare) {
    const std::vector<Differences> all = differences(c, results, seeds);
    for (const Differences& d : all) verdicts.push_back(verdict(c, d, !seeds.empty()));
    if (all.empty()) verdicts.push_back(verdict(c, {}, !seeds.empty()));
  }
  return verdicts;
}

}  // namespace weir::tools
