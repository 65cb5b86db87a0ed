// tests/lab/coverage.cpp -- how often chance makes a judgement wrong, by simulation.
#include "coverage.hpp"

#include <fmt/format.h>

#include <cmath>

#include <lab/judge/summary.hpp>

namespace weir::tests {
namespace {

using namespace weir::tools;

// A number with mean 0 from `n` replicates, each with standard deviation `sd`, as a metric gives it.
Measured own(Normal& normal, int n, double sd = 1) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = sd * normal();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n;
  return {mean, std::sqrt((squares - n * mean * mean) / (n - 1) / n), double(n)};
}

RunResult run(std::map<std::string, Measured> values) {
  RunResult result;
  result.status = "finished";
  result.values = std::move(values);
  return result;
}

// `n` runs of a sweep over seeds; what differs between them is in both numbers, and each has its own noise.
std::vector<RunResult> seeds(Normal& normal, int n) {
  std::vector<RunResult> runs;
  for (int seed = 0; seed < n; ++seed) {
    const double common = 5 * normal();
    runs.push_back(run({{"a.x", {normal(), {}, {}}},
                        {"b.x", {common + normal(), {}, {}}},
                        {"c.x", {common + 3 * normal(), {}, {}}}}));
    runs.back().axes = {{"seed", seed}};
  }
  return runs;
}

Graph graph(bool over_seeds) {
  Graph g;
  if (over_seeds) g.sweep.emplace_back().name = "seed", g.sweep[0].seeds = true;
  return g;
}

Expectation equals(const std::string& that, const std::string& other, std::optional<double> within_se) {
  Expectation e;
  e.that = that, e.relation = "equals", e.other = other, e.within_se = within_se,
  e.within_chance = !within_se;
  return e;
}

ExpectedOrder less(const std::string& one, const std::string& other, double p_below) {
  ExpectedOrder c;
  c.less = one, c.than = other, c.p_below = p_below;
  return c;
}

bool missed(Graph g, const Expectation& e, const std::vector<RunResult>& runs) {
  g.expect = {e};
  return !summarise(runs, g).met();
}

bool found(Graph g, const ExpectedOrder& c, const std::vector<RunResult>& runs) {
  g.compare = {c};
  return summarise(runs, g).met();
}

// Twenty numbers that are what they should be, each by its part of 0.01.
bool any_of_twenty(Normal& normal, int n) {
  Graph g = graph(true);
  std::vector<RunResult> runs = seeds(normal, n);
  for (int k = 0; k < 20; ++k) {
    const std::string name = fmt::format("k{}.x", k);
    for (RunResult& each : runs) each.values[name] = {normal(), {}, {}};
    g.expect.push_back(equals(name, "", {}));
  }
  return !summarise(runs, g).met();
}

// Sixteen cases, each of which is missed with probability 0.05: its mean is that far below the bound.
bool share_of_sixteen(Normal& normal, int n) {
  Graph g = graph(true);
  g.sweep.emplace_back().name = "case";
  std::vector<RunResult> all;
  for (int c = 0; c < 16; ++c) {
    for (RunResult& each : seeds(normal, n)) {
      each.axes.emplace_back("case", c);
      all.push_back(std::move(each));
    }
  }
  Expectation e;
  e.that = "a.x", e.relation = "at_least", e.value = -1.6448536 / std::sqrt(double(n)), e.share = 0.95;
  return missed(g, e, all);
}

const double three = std::erfc(3 / std::sqrt(2.0));

}  // namespace

const std::vector<Judgement> judgements = {
    {"`equals: 0, within_se: 3`, seeds", three, true,
     [](Normal& x, int n) { return missed(graph(true), equals("a.x", "", 3.0), seeds(x, n)); }},
    {"`equals: other, within_se: 3`, seeds", three, true,
     [](Normal& x, int n) { return missed(graph(true), equals("b.x", "c.x", 3.0), seeds(x, n)); }},
    {"`equals: 0, within_se: 3`, replicates of one run", three, true,
     [](Normal& x, int n) {
       return missed(graph(false), equals("a.x", "", 3.0), {run({{"a.x", own(x, n)}})});
     }},
    {"`equals: other, within_se: 3`, replicates, equal errors", three, false,
     [](Normal& x, int n) {
       return missed(graph(false), equals("a.x", "b.x", 3.0),
                     {run({{"a.x", own(x, n)}, {"b.x", own(x, n)}})});
     }},
    {"`equals: other, within_se: 3`, replicates, one error tenfold", three, false,
     [](Normal& x, int n) {
       return missed(graph(false), equals("a.x", "b.x", 3.0),
                     {run({{"a.x", own(x, n)}, {"b.x", own(x, n, 10)}})});
     }},
    {"any of 20 `equals: 0, within_se: auto`, `error_rate: 0.01`", 0.01, false, any_of_twenty},
    {"`share: 0.95` of 16 cases, `error_rate: 0.01`", 0.0070039, true, share_of_sixteen},
    {"`compare`, `p_below: 0.05`, seeds", 0.025, true,
     [](Normal& x, int n) { return found(graph(true), less("b.x", "c.x", 0.05), seeds(x, n)); }},
    {"`compare`, `p_below: 0.05`, replicates, equal errors", 0.025, false,
     [](Normal& x, int n) {
       return found(graph(false), less("a.x", "b.x", 0.05), {run({{"a.x", own(x, n)}, {"b.x", own(x, n)}})});
     }},
    {"`compare`, `p_below: 0.05`, replicates, one error tenfold", 0.025, false,
     [](Normal& x, int n) {
       return found(graph(false), less("a.x", "b.x", 0.05),
                    {run({{"a.x", own(x, n)}, {"b.x", own(x, n, 10)}})});
     }},
};

double wrong_rate(const Judgement& judgement, int n, int sweeps) {
  Normal normal(static_cast<std::uint64_t>(n));
  int wrong = 0;
  for (int i = 0; i < sweeps; ++i) wrong += judgement.wrong(normal, n);
  return double(wrong) / sweeps;
}

}  // namespace weir::tests
