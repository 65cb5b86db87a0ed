// tools/lab/judge/expectation.cpp -- whether the numbers are as the pipeline's `expect:` says.
#include "expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include <text/number.hpp>
#include "difference.hpp"

namespace weir::tools {
namespace {

// "recall.share at least 0.95"
std::string rule(const Expectation& e) {
  std::string relation = e.relation;
  std::replace(relation.begin(), relation.end(), '_', ' ');
  std::string out = fmt::format("{} {} {}{}", e.that, relation,
                                e.times == 1 ? "" : fmt::format("{} times ", number(e.times)),
                                e.other.empty() ? number(e.value) : e.other);
  if (e.within) out += fmt::format(" within {}", number(*e.within));
  if (e.within_se || e.within_chance) out += e.within ? " or" : " within";
  if (e.within_se) out += fmt::format(" {} standard errors", number(*e.within_se));
  if (e.within_chance) out += " chance";
  return out;
}

std::vector<const Case*> selected_cases(const Expectation& e, const std::vector<Case>& cases) {
  std::vector<const Case*> found;
  for (const Case& c : cases)
    if (selected(e.where, c.axes)) found.push_back(&c);
  return found;
}

// With its error: the factor is exact.
Measured multiplied(Measured m, double factor) {
  m.value *= factor;
  if (m.se) *m.se *= factor;
  return m;
}

// The number beside what it is to be, run by run.
Difference difference_in(const Expectation& e, const Case& c) {
  std::vector<std::pair<Measured, Measured>> pairs;
  for (const auto& run : c.by_run) {
    const auto that = run.find(e.that), other = run.find(e.other);
    if (that != run.end() && e.other.empty()) pairs.emplace_back(that->second, Measured{e.value, {}, {}});
    if (that != run.end() && other != run.end())
      pairs.emplace_back(that->second, multiplied(other->second, e.times));
  }
  return difference(pairs);
}

void judge_equal(const Expectation& e, const Statistic& s, double value, const Difference& d, Verdict& v) {
  v.met = s.mean == value || std::abs(d.mean) <= e.within.value_or(0);
  if (!v.level || std::isnan(d.mean)) return;
  if (!d.why.empty()) {
    if (!v.met) v.why = d.why;
    return;
  }
  v.at_chance(d.p(), d.n);
  v.met = v.met || *v.p >= *v.level;
}

// `level` is of `within_se: auto`.
Verdict verdict(const Expectation& e, const Case& c, double level) {
  const auto measured_of = [&](const std::string& what) -> const Statistic* {
    const auto found = c.values.find(what);
    return found == c.values.end() || found->second.n == 0 ? nullptr : &found->second;
  };
  Verdict v{false, rule(e), label(c.axes), "not measured"};
  if (e.within_se) v.level = level_of_standard_errors(*e.within_se);
  if (e.within_chance) v.level = level;
  const Statistic* s = measured_of(e.that);
  const Statistic* other = e.other.empty() ? nullptr : measured_of(e.other);
  if (!s || (!e.other.empty() && !other)) return v;
  v.measured = with_error(*s);
  if (other) v.measured += fmt::format(" and {}", with_error(*other));
  if (s->n < c.runs) v.measured += fmt::format(" over {} of {} runs", s->n, c.runs);
  const double value = other ? e.times * other->mean : e.value;
  if (e.relation == "at_least")
    v.met = s->mean >= value;
  else if (e.relation == "at_most")
    v.met = s->mean <= value;
  else
    judge_equal(e, *s, value, difference_in(e, c), v);
  return v;
}

// One verdict for all cases of which a share must be met.
Verdict shared_verdict(const Expectation& e, const std::vector<const Case*>& cases, double level) {
  Verdict all{false, fmt::format("{} in at least {:.4g} % of the cases", rule(e), 100 * e.share), "", ""};
  for (const Case* c : cases) {
    Verdict v = verdict(e, *c, 1 - e.share);
    if (!v.met) all.missed.push_back(std::move(v));
  }
  const double of = static_cast<double>(cases.size()), failures = static_cast<double>(all.missed.size());
  const boost::math::binomial by_chance(of, 1 - e.share);
  const double as_many =
      failures == 0 ? 1 : boost::math::cdf(boost::math::complement(by_chance, failures - 1));
  all.level = level;
  all.measured = fmt::format("{} of {}", of - failures, of);
  all.at_chance(as_many, cases.size());
  const double fewest = std::ceil(std::log(level) / std::log1p(-e.share));  // (1 - s)^N < level
  all.met = as_many >= level && of >= fewest;
  if (of < fewest)
    all.why =
        fmt::format("too few cases: chance alone misses all {} more often than the level says; {} are needed",
                    of, number(fewest));
  return all;
}

bool has_given_level(const Expectation& e) { return e.within_chance || e.share < 1; }

}  // namespace

std::vector<Verdict> judge(const std::vector<Expectation>& expect, const std::vector<Case>& cases,
                           double level) {
  std::vector<Verdict> verdicts;
  for (const Expectation& e : expect) {
    const std::vector<const Case*> own = selected_cases(e, cases);
    if (own.empty())
      verdicts.push_back({false, rule(e), "", "no case of the sweep is selected by its `where`"});
    else if (e.share < 1)
      verdicts.push_back(shared_verdict(e, own, level));
    else
      for (const Case* c : own) verdicts.push_back(verdict(e, *c, level));
  }
  return verdicts;
}

std::size_t at_given_level(const std::vector<Expectation>& expect, const std::vector<Case>& cases) {
  std::size_t count = 0;
  for (const Expectation& e : expect) {
    const std::size_t own = selected_cases(e, cases).size();
    if (has_given_level(e)) count += e.share < 1 ? std::min<std::size_t>(own, 1) : own;
  }
  return count;
}

}  // namespace weir::tools
