// tools/lab/judge/expectation.cpp -- whether the numbers are as the pipeline's `expect:` says.
#include "expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <text/number.hpp>

namespace weir::tools {
namespace {

// "recall.share at least 0.95"
std::string rule(const Expectation& e) {
  std::string relation = e.relation;
  std::replace(relation.begin(), relation.end(), '_', ' ');
  std::string out = fmt::format("{} {} {}", e.that, relation, e.other.empty() ? number(e.value) : e.other);
  if (e.within) out += fmt::format(" within {}", number(*e.within));
  if (e.within_se)
    out += fmt::format("{} {} standard errors", e.within ? " or" : " within", number(*e.within_se));
  return out;
}

// Is the statistic as expected of it, beside this value? `why` explains a no that the number alone does not.
bool holds(const Expectation& e, const Statistic& s, double value, std::string& why) {
  if (std::isnan(s.mean) || std::isnan(value)) return false;
  double slack = e.within.value_or(0);
  if (e.within_se) {
    if (!s.se && !e.within) {
      why = "no standard error: sweep over seeds, `seed: {count: 5}`";
      return false;
    }
    slack = std::max(slack, *e.within_se * s.se.value_or(0));
  }
  if (e.relation == "at_least") return s.mean >= value;
  if (e.relation == "at_most") return s.mean <= value;
  return s.mean == value || std::abs(s.mean - value) <= slack;
}

Verdict verdict(const Expectation& e, const Case& c) {
  const auto measured_of = [&](const std::string& what) -> const Statistic* {
    const auto found = c.values.find(what);
    return found == c.values.end() || found->second.n == 0 ? nullptr : &found->second;
  };
  Verdict v{false, rule(e), label(c.axes), "not measured"};
  const Statistic* s = measured_of(e.that);
  const Statistic* other = e.other.empty() ? nullptr : measured_of(e.other);
  if (!s || (!e.other.empty() && !other)) return v;
  v.met = holds(e, *s, other ? other->mean : e.value, v.why);
  v.measured = with_error(*s);
  if (other) v.measured += fmt::format(" and {}", number(other->mean));
  if (s->n < c.runs) v.measured += fmt::format(" over {} of {} runs", s->n, c.runs);
  return v;
}

// One verdict for all cases of which a share must be met.
Verdict shared_verdict(const Expectation& e, const std::vector<Verdict>& verdicts) {
  Verdict all{false, fmt::format("{} in at least {:.4g} % of the cases", rule(e), 100 * e.share), "", ""};
  std::ranges::copy_if(verdicts, std::back_inserter(all.missed), [](const Verdict& v) { return !v.met; });
  const std::size_t met = verdicts.size() - all.missed.size();
  all.met = static_cast<double>(met) >= e.share * static_cast<double>(verdicts.size());
  all.measured = fmt::format("{} of {}", met, verdicts.size());
  return all;
}

}  // namespace

std::vector<Verdict> judge(const std::vector<Expectation>& expect, const std::vector<Case>& cases) {
  std::vector<Verdict> verdicts;
  for (const Expectation& e : expect) {
    std::vector<Verdict> own;
    for (const Case& c : cases)
      if (selected(e.where, c.axes)) own.push_back(verdict(e, c));
    if (own.empty())
      own.push_back({false, rule(e), "", "no case of the sweep is selected by its `where`"});
    else if (e.share < 1)
      own = {shared_verdict(e, own)};
    verdicts.insert(verdicts.end(), own.begin(), own.end());
  }
  return verdicts;
}

}  // namespace weir::tools
