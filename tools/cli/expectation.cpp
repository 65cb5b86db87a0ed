// tools/cli/expectation.cpp -- whether the numbers are as the pipeline's `expect:` says.
#include "expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "number.hpp"

namespace weir::cli {
namespace {

bool selected(const Expectation& expectation, const Case& c) {
  return std::all_of(expectation.where.begin(), expectation.where.end(), [&](const auto& wanted) {
    return std::any_of(c.axes.begin(), c.axes.end(), [&](const auto& axis) {
      // JSON compares 0 and 0.0 as equal; a case named by its text may also be written as a number.
      return axis.first == wanted.first &&
             (axis.second == wanted.second || cell(axis.second) == cell(wanted.second));
    });
  });
}

std::string rule(const Expectation& e) {
  std::string relation = e.relation;
  std::replace(relation.begin(), relation.end(), '_', ' ');
  std::string out = fmt::format("{} {} {}", e.that, relation, number(e.value));
  if (e.within) out += fmt::format(" within {}", number(*e.within));
  if (e.within_se) out += fmt::format(" within {} standard errors", number(*e.within_se));
  return out;
}

// Is the statistic as expected? `why` explains a no that the number alone does not.
bool holds(const Expectation& e, const Statistic& s, std::string& why) {
  if (std::isnan(s.mean)) return false;
  double slack = e.within.value_or(0);
  if (e.within_se) {
    if (!s.se) {
      why = "no standard error: sweep over seeds, `seed: {count: 5}`";
      return false;
    }
    slack = *e.within_se * *s.se;
  }
  if (e.relation == "at_least") return s.mean >= e.value - slack;
  if (e.relation == "at_most") return s.mean <= e.value + slack;
  return s.mean == e.value || std::abs(s.mean - e.value) <= slack;
}

Verdict verdict(const Expectation& e, const Case& c) {
  const std::string where = c.axes.empty() ? "" : fmt::format(" ({})", label(c.axes));
  const auto found = c.values.find(e.that);
  if (found == c.values.end() || found->second.n == 0)
    return {false, fmt::format("{}{}: not measured, NOT MET", rule(e), where)};
  const Statistic& s = found->second;
  std::string why;
  const bool met = holds(e, s, why);
  std::string measured =
      s.se && *s.se > 0 ? fmt::format("{} (se)", with_spread(s.mean, *s.se)) : number(s.mean);
  if (s.n < c.runs) measured += fmt::format(" over {} of {} runs", s.n, c.runs);
  return {met, fmt::format("{}{}: {}, {}{}", rule(e), where, measured, met ? "met" : "NOT MET",
                           why.empty() ? "" : " (" + why + ")")};
}

}  // namespace

std::vector<Verdict> judge(const std::vector<Expectation>& expect, const std::vector<Case>& cases) {
  std::vector<Verdict> verdicts;
  for (const Expectation& e : expect) {
    const std::size_t before = verdicts.size();
    for (const Case& c : cases)
      if (selected(e, c)) verdicts.push_back(verdict(e, c));
    if (verdicts.size() == before)
      verdicts.push_back({false, rule(e) + ": no case of the sweep is selected by its `where`, NOT MET"});
  }
  return verdicts;
}

}  // namespace weir::cli
