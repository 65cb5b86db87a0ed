// tools/lab/judge/summary.hpp -- what is said at the end of a run: on the terminal, in summary.json, in a report.
#pragma once

#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

#include <lab/sweep/job.hpp>
#include "statistic.hpp"
#include <text/table.hpp>
#include "verdict.hpp"

namespace weir::cli {

struct Summary {
  Table table;  // the reported numbers
  std::vector<Case> cases{};
  std::vector<Verdict> expect{}, compare{};

  bool met() const;
  std::string text() const;  // the table, then a line per verdict
  std::string json(int indent) const;
};

// Of one record, and of a sweep's runs. Nothing is judged of a run that did not finish, nor of one of a sweep's: the
// expectations are about means over its runs.
Summary summarise(const RunResult& result, const Graph& graph);
Summary summarise(const std::vector<RunResult>& results, const Graph& graph);

// A pipeline without a sweep: each reported number with its standard error where it has one.
Table single_table(const RunResult& result, const std::vector<Reported>& report);

// A sweep: a row per case, a column per reported number as mean +- sd (n).
Table sweep_table(const std::vector<Case>& cases, const std::vector<Reported>& report);

// What went wrong, run by run; runs with the same message are named together. "" if nothing did.
std::string failure_lines(const std::vector<Job>& jobs, const std::vector<Outcome>& outcomes);

}  // namespace weir::cli
