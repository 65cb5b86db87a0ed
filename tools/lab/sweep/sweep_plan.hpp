// tools/lab/sweep/sweep_plan.hpp -- what a sweep still has to compute: jobs for the runs whose records are not finished.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <weir/front/pipeline.hpp>
#include <weir/front/sweep/combination.hpp>

#include "job.hpp"
#include "sweep_folder.hpp"

namespace weir::tools {

struct SweepRun {
  static constexpr std::size_t kept = static_cast<std::size_t>(-1);
  Combination combination;
  std::uint64_t seed = 0;
  std::size_t job = kept;  // its number in the plan; `kept`: a finished record of the same computation stays
};

struct SweepPlan {
  std::vector<SweepRun> runs;  // in the order of the combinations
  std::vector<Job> jobs;
  std::size_t resumed = 0;  // jobs that go on with an interrupted record
  std::set<std::string>
      carried;  // nodes that records of other parameters leave to their runs (carried_nodes)
};

// Freezes the graphs of the runs that are to be made into the folder. With `force` no record is kept. Throws InvalidPipeline as
// Experiment::run does; CommandError(invalid) if a run reads what the sweep writes, or (io_failed), naming them, if there are records
// that can neither be kept nor gone on with nor replaced: damaged ones, others' files, those of another computation of which nothing is
// carried over, or those being written.
SweepPlan plan_sweep(Experiment& experiment, const SweepFolder& folder, bool force);

// Keeps, of each run's node keys, those that occur in at least two runs.
void keep_repeated(std::vector<std::map<std::string, std::string>>& keys);

}  // namespace weir::tools
