// tools/lab/judge/summary.hpp -- what is said at the end of a run: on the terminal, in summary.json, in a report.
#pragma once

#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

#include <lab/sweep/job.hpp>
#include <text/table.hpp>
#include "error_rate.hpp"
#include "statistic.hpp"
#include "verdict.hpp"

namespace weir::tools {

struct Summary {
  Table table;  // the reported numbers
  std::vector<Case> cases{};
  std::vector<Verdict> expect{}, compare{};
  ErrorRate error_rate{};

  bool met() const;
  std::string text() const;  // the table, then a line per verdict, then their joint error rate
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

// Prints the summary, path and exit as one JSON line on stdout, for --progress json.
void print_summary(const Summary& summary, const std::string& out, int exit);

}  // namespace weir::tools
