// tools/lab/sweep/sweep_plan.cpp -- what a sweep still has to compute.
#include "sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include <weir/front/sweep/named_files.hpp>
#include <weir/front/sweep/node_key.hpp>

#include <lab/records/carried.hpp>
#include <lab/records/inputs.hpp>
#include <lab/records/standing_record.hpp>

namespace weir::tools {

void keep_repeated(std::vector<std::map<std::string, std::string>>& keys) {
  std::map<std::string, int> runs_with;
  for (const auto& run : keys)
    for (const auto& [node, key] : run) ++runs_with[key];
  for (auto& run : keys) std::erase_if(run, [&](const auto& entry) { return runs_with[entry.second] < 2; });
}

namespace {

constexpr std::size_t most_named = 5;

// The sweep is refused as a whole, before it begins. To make the other runs would lose nothing in the folder's records, but the tables
// would be written anew without the runs in question, and of a damaged record they may hold the only numbers that can still be
// read; and who comes back after a night learns it only then. What is refused is told within a second, and is mended by moving files.
void refuse_obstacles(const std::vector<std::string>& obstacles, std::size_t runs) {
  if (obstacles.empty()) return;
  if (runs == 1) throw CommandError(io_failed, obstacles.front());
  std::string text =
      fmt::format("{} of the {} runs cannot be written, and nothing was begun:", obstacles.size(), runs);
  for (std::size_t i = 0; i < std::min(obstacles.size(), most_named); ++i) text += "\n" + obstacles[i];
  if (obstacles.size() > most_named) text += fmt::format("\nand {} more", obstacles.size() - most_named);
  throw CommandError(io_failed, text);
}

}  // namespace

SweepPlan plan_sweep(Experiment& experiment, const SweepFolder& folder, bool force) {
  SweepPlan plan;
  std::vector<std::string> obstacles;
  std::set<std::string> kept;  // runs whose records stay, or are gone on with
  std::vector<std::filesystem::path> inputs = experiment.files();
  std::vector<std::map<std::string, std::string>> keys;  // of every run, also of those that are kept
  const nlohmann::json sweep = resolved_json(experiment.graph()).at("sweep");  // the same of all runs
  for (Combination& combination : combinations(experiment.graph())) {
    Graph graph = experiment.run(combination);
    std::ranges::copy(inputs_of(graph), std::back_inserter(inputs));
    std::vector<SweepAxis> axes = std::exchange(graph.sweep, {});
    nlohmann::json recorded = recorded_json(graph);
    recorded["sweep"] = sweep;
    graph.sweep = std::move(axes);
    keys.emplace_back();
    for (const GraphNode& node : graph.nodes)
      if (node.schema.stateful) keys.back()[node.path] = node_key(graph, node.path);

    SweepRun& run = plan.runs.emplace_back();
    run.combination = std::move(combination);
    run.seed = graph.seed;
    Job job;
    job.run = run.combination.run;
    job.out = folder.record(job.run);
    Action action = Action::keep;
    try {
      const RecordState state = inspect_record(job.out);
      if (!force) job.carry = carried_nodes(state, job.out, recorded, graph);
      action = action_for(state, recorded, job.out, force, job.carry);
      if (action != Action::replace) job.carry.clear();
      if (action != Action::create) kept.insert(job.run);
    } catch (const CommandError& obstacle) {
      obstacles.emplace_back(obstacle.what());
    }
    if (action == Action::keep) continue;
    plan.resumed += action == Action::resume ? 1 : 0;
    plan.carried.insert(job.carry.begin(), job.carry.end());
    job.mode = mode(action);
    freeze(job, graph, recorded, folder.frozen(job.run));
    run.job = plan.jobs.size();
    plan.jobs.push_back(std::move(job));
  }
  refuse_inputs(folder.written(), inputs);
  folder.require_own(kept);
  refuse_obstacles(obstacles, plan.runs.size());
  keep_repeated(keys);
  for (std::size_t i = 0; i < plan.runs.size(); ++i)
    if (plan.runs[i].job != SweepRun::kept) plan.jobs[plan.runs[i].job].share = std::move(keys[i]);
  return plan;
}

}  // namespace weir::tools
