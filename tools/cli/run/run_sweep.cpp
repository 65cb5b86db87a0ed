// tools/cli/run/run_sweep.cpp -- a pipeline with a sweep: a run per combination, and the tables over them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include <weir/os/replace_file.hpp>
#include <weir/record/arrays_file.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/run_arguments.hpp>
#include <lab/judge/measure.hpp>
#include <lab/judge/summary.hpp>
#include <lab/judge/sweep_results.hpp>
#include <lab/sweep/sweep_folder.hpp>
#include <lab/sweep/sweep_plan.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include <text/number.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) sum += entry.file_size();
  return sum;
}

bool all_invalid(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes)
    if (outcome.status != "invalid") return false;
  return !outcomes.empty();
}

}  // namespace

int run_sweep(const RunArguments& arguments, Experiment& experiment) {
  const auto begun = std::chrono::steady_clock::now();
  const Graph& graph = experiment.graph();
  std::vector<std::string> names;
  for (const Combination& combination : combinations(graph)) names.push_back(combination.run);
  SweepFolder folder(arguments.out.empty() ? fs::path(graph.name) : fs::path(arguments.out),
                     resolved_json(graph), names, arguments.force);
  const SweepPlan plan = plan_sweep(experiment, folder, arguments.force);
  folder.start();
  if (plan.resumed > 0 && !arguments.quiet()) say("going on with {} interrupted runs\n", plan.resumed);
  if (!plan.carried.empty() && !arguments.quiet())
    say("records in {}/runs are of other parameters; what they leave as it was is kept: {}\n",
        folder.path().string(), fmt::join(plan.carried, ", "));
  const std::size_t kept = plan.runs.size() - plan.jobs.size();
  std::vector<Outcome> outcomes;
  if (!plan.jobs.empty()) {
    // What is kept must be readable before a night of other runs, not found damaged after it.
    for (const SweepRun& run : plan.runs)
      if (run.job == SweepRun::kept) measure(folder.record(run.combination.run), to_measure(graph));
    fs::remove(folder.path() / "summary.json");  // only a sweep that has ended has one
    outcomes = run_children(arguments, graph, plan.jobs, jobs_at_once(arguments, graph), 1, kept,
                            folder.shared(), folder.shared_keys());
  }
  int exit = fine;
  for (const Outcome& outcome : outcomes) exit = worse(exit, outcome.exit);
  if (kept == 0 && all_invalid(outcomes)) {  // nothing was run and nothing is left behind
    say("{}", outcomes[0].message);
    return exit;
  }

  const auto [results, all_curves] = sweep_results(plan.runs, folder, outcomes, to_measure(graph));
  const std::vector<Column> columns = run_table(results, to_measure(graph), graph.sweep);
  os::replace_file(folder.path() / "table.csv", csv(columns));
  write_arrays(folder.path() / "index.h5", index_arrays(columns, all_curves),
               {{"columns", column_names(columns)}});

  const Summary summary = summarise(results, graph);
  const bool ended = has_ended(results);
  if (ended) os::replace_file(folder.path() / "summary.json", summary.json(1) + "\n");
  exit = worse(exit, summary.met() ? fine : unmet);
  if (arguments.progress == "json") {
    print_summary(summary, folder.path().string(), exit);
    return exit;
  }

  give("{}", summary.text());
  flush_results();
  say("{}", failure_lines(plan.jobs, outcomes));
  const std::string path = folder.path().string();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto finished = std::count_if(results.begin(), results.end(),
                                      [](const RunResult& result) { return result.status == "finished"; });
  std::string count = fmt::format("{} records", plan.runs.size());
  if (static_cast<std::size_t>(finished) < plan.runs.size())
    count = fmt::format("{} of {} finished", finished, plan.runs.size());
  if (kept > 0) count += fmt::format(", {} kept from before", kept);
  give("runs    {0}/runs/   {1}   {2}   {3}\n", path, count, bytes(bytes_below(path)), duration(seconds));
  give("table   {0}/table.csv   {0}/index.h5{1}\nnext    weir info {2}\n", path,
       ended ? fmt::format("   {}/summary.json", path) : "", path_word(path));
  return exit;
}

}  // namespace weir::tools
