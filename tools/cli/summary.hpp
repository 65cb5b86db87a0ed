// tools/cli/summary.hpp -- the text at the end of a run.
#pragma once

#include <string>
#include <vector>

#include <weir/front/graph.hpp>

#include "expectation.hpp"
#include "job.hpp"
#include "statistic.hpp"

namespace weir::cli {

// A pipeline without a sweep: each reported number with its standard error where it has one.
std::string single_table(const RunResult& result, const std::vector<Reported>& report);

// A sweep: a row per case, a column per reported number as mean +- sd (n); n once, in a column of its own, if
// all agree.
std::string sweep_table(const std::vector<Case>& cases, const std::vector<Reported>& report);

// "expected" and a line per verdict, "" if there are none.
std::string verdict_lines(const std::vector<Verdict>& verdicts);

// What went wrong, run by run; runs with the same message are named together. "" if nothing did.
std::string failure_lines(const std::vector<Job>& jobs, const std::vector<Outcome>& outcomes);

}  // namespace weir::cli
