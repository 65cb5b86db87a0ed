// tools/cli/arguments/run_arguments.hpp -- what `weir run` was asked for, and its two ways of doing it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <weir/front/pipeline.hpp>

#include <lab/judge/summary.hpp>
#include <lab/records/recorded_run.hpp>
#include <lab/sweep/job.hpp>
#include "pipeline_arguments.hpp"

namespace weir::tools {

struct RunArguments {
  PipelineArguments pipeline;
  std::string out;  // -o, "" for the default
  std::string progress = "auto";
  int jobs = 0;  // --jobs, 0 = as many as there are cores for
  bool force = false;
  std::vector<std::filesystem::path>
      inputs;  // what is read beside what parameters name: the pipeline's files, a record

  void add_progress_to(CLI::App& app);  // --progress
  bool quiet() const { return progress == "json" || progress == "none"; }
};

// One record, of the graph as it is. Returns the exit code; `why`: gets what a run that did not finish said.
int run_single(const RunArguments& arguments, const Graph& graph, std::string* why = nullptr);

// A run per combination of the axes. Returns the exit code.
int run_sweep(const RunArguments& arguments, Experiment& experiment);

// The field that a recorded training gave, as a TorchScript archive `out`; `which`: its parameters, field | ema. Returns the exit code.
int export_torchscript(const RunArguments& arguments, const RecordedRun& record, const std::string& trainer,
                       const std::string& which, const std::filesystem::path& out);

// Has the jobs run as child processes. `nodes_at_once` is each child's --jobs; `shared`: the folder of shared
// results, or "".
std::vector<Outcome> run_children(const RunArguments& arguments, const Graph& graph,
                                  const std::vector<Job>& jobs, std::size_t at_once,
                                  std::size_t nodes_at_once, std::size_t kept,
                                  const std::filesystem::path& shared, std::set<std::string> available);

// --jobs, or the cores that this process may use divided by the threads of each run; 1 where runs share a
// GPU.
std::size_t jobs_at_once(const RunArguments& arguments, const Graph& graph);

}  // namespace weir::tools
