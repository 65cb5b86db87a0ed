// tools/lab/judge/comparison.cpp -- differences of paired runs and their test.
#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <text/number.hpp>
#include "difference.hpp"

namespace weir::tools {
namespace {

using Axes = std::vector<std::pair<std::string, nlohmann::json>>;

// The numbers of one case that are compared, run by run.
struct Pairs {
  Axes axes;
  std::vector<std::pair<Measured, Measured>> values;
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

void add(std::vector<Pairs>& all, const Axes& axes, const RunResult& less, const std::string& less_what,
         const RunResult& than, const std::string& than_what) {
  auto place = std::ranges::find(all, axes, &Pairs::axes);
  if (place == all.end()) place = all.insert(all.end(), {axes, {}});
  const auto a = less.values.find(less_what), b = than.values.find(than_what);
  if (a != less.values.end() && b != than.values.end()) place->values.emplace_back(a->second, b->second);
}

std::set<std::string> seed_axes(const std::vector<SweepAxis>& sweep) {
  std::set<std::string> seeds;
  for (const SweepAxis& axis : sweep)
    if (axis.seeds) seeds.insert(axis.name);
  return seeds;
}

std::vector<Pairs> paired(const ExpectedOrder& c, const std::vector<RunResult>& results,
                          const std::set<std::string>& seeds) {
  std::vector<Pairs> all;
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

// `over_seeds`: the sweep has an axis of seeds, so that one run of each says nothing of another.
Verdict verdict(const ExpectedOrder& c, const Pairs& pairs, bool over_seeds, double level) {
  Verdict v{false, rule(c), label(pairs.axes), "not measured"};
  if (!c.p_below || *c.p_below < 1)
    v.level = c.p_below.value_or(level);  // at 1 chance has no part in the rule
  if (pairs.values.empty()) return v;
  const Difference d = difference(pairs.values);
  v.measured = fmt::format("difference {}", number(d.mean));
  v.why = d.why;
  if (over_seeds && d.n == 1)
    v.why = "one run of each, and a t test needs two: count more seeds";
  else if (d.n == 1 && !(pairs.values[0].first.se && pairs.values[0].second.se))
    v.why = "no standard error: sweep over seeds, `seed: {count: 5}`";
  if (!v.why.empty() || !std::isfinite(d.mean)) return v;
  const double half = d.half_width();
  v.measured += fmt::format(" [{}, {}]", number(d.mean - half), number(d.mean + half));
  v.at_chance(d.p(), d.n);
  v.met = d.mean < 0 && *v.p < v.level.value_or(1);
  return v;
}

}  // namespace

std::vector<Verdict> judge(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep, double level) {
  const std::set<std::string> seeds = seed_axes(sweep);
  std::vector<Verdict> verdicts;
  for (const ExpectedOrder& c : compare) {
    const std::vector<Pairs> all = paired(c, results, seeds);
    for (const Pairs& pairs : all) verdicts.push_back(verdict(c, pairs, !seeds.empty(), level));
    if (all.empty()) verdicts.push_back({false, rule(c), "", "not measured"});
  }
  return verdicts;
}

std::size_t at_given_level(const std::vector<ExpectedOrder>& compare, const std::vector<RunResult>& results,
                           const std::vector<SweepAxis>& sweep) {
  std::size_t count = 0;
  for (const ExpectedOrder& c : compare)
    if (!c.p_below) count += paired(c, results, seed_axes(sweep)).size();
  return count;
}

}  // namespace weir::tools
