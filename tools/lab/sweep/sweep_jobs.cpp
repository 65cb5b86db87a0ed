// tools/lab/sweep/sweep_jobs.cpp -- the runs of a sweep, and which of their results they share.
#include "sweep_jobs.hpp"

namespace weir::tools {

void keep_repeated(std::vector<std::map<std::string, std::string>>& keys) {
  std::map<std::string, int> runs_with;
  for (const auto& run : keys)
    for (const auto& [node, key] : run) ++runs_with[key];
  for (auto& run : keys) std::erase_if(run, [&](const auto& entry) { return runs_with[entry.second] < 2; });
}

std::vector<SweepRun> sweep_runs(const Graph& base, const std::filesystem::path& file,
                                 const Registry& registry, const PipelineOptions& options) {
  std::vector<SweepRun> runs;
  std::vector<std::map<std::string, std::string>> keys;
  for (Combination& combination : combinations(base)) {
    PipelineOptions with = options;
    with.set.insert(with.set.end(), combination.set.begin(), combination.set.end());
    SweepRun run{std::move(combination), read_pipeline(file, registry, with), {}};
    keys.emplace_back();
    for (const GraphNode& node : run.graph.nodes)
      if (node.schema.stateful) keys.back()[node.path] = node_key(run.graph, node.path);
    runs.push_back(std::move(run));
  }
  keep_repeated(keys);
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].share = std::move(keys[i]);
  return runs;
}

}  // namespace weir::tools
