// tools/lab/judge/sweep_results.cpp -- what the runs of a sweep have to show.
#include "sweep_results.hpp"

#include <algorithm>

#include "measure.hpp"

namespace weir::tools {

SweepResults sweep_results(const std::vector<SweepRun>& runs, const SweepFolder& folder,
                           const std::vector<Outcome>& outcomes, const std::vector<Reported>& what) {
  SweepResults all;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::filesystem::path record = folder.record(runs[i].combination.run);
    RunResult result;
    result.run = runs[i].combination.run;
    result.file = std::filesystem::relative(record, folder.path()).string();
    result.status = runs[i].job == SweepRun::kept ? "finished" : outcomes.at(runs[i].job).status;
    result.seed = runs[i].seed;
    result.axes = runs[i].combination.axes;
    if (result.status == "finished") {
      result.values = measure(record, what);
      result.recorded = recorded(record);
      for (auto& [trace, curve] : curves(record, what)) {
        curve.run = i;
        all.curves[trace].push_back(std::move(curve));
      }
    }
    all.runs.push_back(std::move(result));
  }
  return all;
}

bool has_ended(const std::vector<RunResult>& results) {
  return std::ranges::none_of(results, [](const RunResult& result) {
    return result.status == "interrupted" || result.status == "not run";
  });
}

}  // namespace weir::tools
