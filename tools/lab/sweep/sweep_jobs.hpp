// tools/lab/sweep/sweep_jobs.hpp -- the runs of a sweep, and which of their results they share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <weir/front/pipeline.hpp>
#include <weir/front/sweep/combination.hpp>

namespace weir::tools {

struct SweepRun {
  Combination combination;
  Graph graph;                               // with the combination's values set
  std::map<std::string, std::string> share;  // node -> key, of nodes whose result several runs need
};

// Reads the pipeline once per combination. Throws InvalidPipeline for the first combination that is not
// valid.
std::vector<SweepRun> sweep_runs(const Graph& base, const std::filesystem::path& file,
                                 const Registry& registry, const PipelineOptions& options);

// Keeps, of each run's node keys, those that occur in at least two runs.
void keep_repeated(std::vector<std::map<std::string, std::string>>& keys);

}  // namespace weir::tools
