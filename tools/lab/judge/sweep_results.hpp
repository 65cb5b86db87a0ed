// tools/lab/judge/sweep_results.hpp -- what the runs of a sweep have to show.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <lab/sweep/sweep_folder.hpp>
#include <lab/sweep/sweep_plan.hpp>
#include "run_table.hpp"
#include "statistic.hpp"

namespace weir::tools {

struct SweepResults {
  std::vector<RunResult> runs;                       // the table's rows
  std::map<std::string, std::vector<Curve>> curves;  // of the finished runs, by trace
};

// Reads the records of the finished runs; `outcomes`: of the plan's jobs. Throws RecordError.
SweepResults sweep_results(const std::vector<SweepRun>& runs, const SweepFolder& folder,
                           const std::vector<Outcome>& outcomes, const std::vector<Reported>& what);

// Whether no run is still to be made: what is said of the sweep is then final.
bool has_ended(const std::vector<RunResult>& results);

}  // namespace weir::tools
