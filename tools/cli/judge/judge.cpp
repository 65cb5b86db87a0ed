// tools/cli/judge/judge.cpp -- weir judge: what a pipeline expects, of the numbers that records hold; nothing runs.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <memory>

#include <weir/record/data/computation.hpp>
#include <weir/record/recorder.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/judge/measure.hpp>
#include <lab/judge/summary.hpp>
#include <lab/records/recorded_run.hpp>
#include <lab/records/tables.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include <system/temporary_folder.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

struct Arguments {
  PipelineArguments pipeline;
  std::string out, format = "text";
};

// The axes in their own order, which JSON keeps to itself and a run's name has: "steps=2,seed=7".
nlohmann::ordered_json in_order(const json& axes, const std::string& run) {
  std::vector<std::string> names;
  for (const auto& [name, axis] : axes.items()) names.push_back(name);
  std::ranges::stable_sort(names, {},
                           [&](const std::string& name) { return ("," + run).find("," + name + "="); });
  nlohmann::ordered_json ordered;
  for (const std::string& name : names) ordered[name] = axes.at(name);
  return ordered;
}

// The pipeline of a sweep as it was last run, as YAML, which JSON is.
std::string recorded_sweep(const fs::path& folder) {
  std::ifstream in(folder / plan_name);
  const json plan = json::parse(in, nullptr, false);
  const json pipeline = plan.is_object() ? plan.value("pipeline", json()) : json();
  if (!pipeline.is_object() || !pipeline.contains("nodes"))
    throw CommandError(
        invalid, fmt::format("{} does not say what it is the sweep of; give the pipeline: weir judge {} "
                             "PIPELINE.yaml",
                             (folder / plan_name).string(), path_word(folder.string())));
  nlohmann::ordered_json ordered = pipeline;
  const json runs = plan.value("runs", json());
  if (pipeline.contains("sweep") && pipeline["sweep"].is_object() && runs.is_array() && !runs.empty() &&
      runs[0].is_string())
    ordered["sweep"] = in_order(pipeline["sweep"], runs[0]);
  return ordered.dump(2);
}

// Whether the record is of this computation. Of its data the paths alone: they need not be there any more.
bool is_of(const RecordState& state, const Graph& graph) {
  json recorded = json::parse(state.resolved_json, nullptr, false);
  if (recorded.is_object()) recorded.erase("files");
  return same_computation(recorded, resolved_json(graph));
}

RunResult result_of(const fs::path& record, const Graph& graph) {
  const RecordState state = inspect_record(record);
  RunResult result;
  result.file = record.string();
  result.seed = graph.seed;
  if (!state.exists) {
    result.status = "not run";
    return result;
  }
  if (!state.is_record)
    throw RecordError(fmt::format("{} is no record of weir that can be read; weir verify says what is whole",
                                  record.string()));
  if (!is_of(state, graph))
    throw CommandError(
        invalid, fmt::format("{} is the record of another pipeline, or of other parameters: what {} expects "
                             "is not of its numbers; give the pipeline that made it, with the same --set, or "
                             "none for the one recorded",
                             record.string(), graph.name));
  result.status = state.status == "running" ? "interrupted" : state.status;
  if (result.status != "finished") return result;
  result.values = measure(record, to_measure(graph));
  result.recorded = recorded(record);
  return result;
}

// As `weir run` would end, were it to find the runs so.
int exit_of(const std::vector<RunResult>& results) {
  int exit = fine;
  for (const RunResult& result : results)
    if (result.status != "finished")
      exit = worse(exit, result.status == "failed"     ? plugin_failed
                         : result.status == "salvaged" ? io_failed
                                                       : interrupted);
  return exit;
}

// Of the runs without an end, the first few by name.
std::string unfinished(const std::vector<RunResult>& results, const std::string& out) {
  constexpr std::size_t named = 5;
  std::string text;
  std::size_t count = 0;
  for (const RunResult& result : results) {
    if (result.status == "finished") continue;
    if (++count <= named)
      text += fmt::format("  {}  {}\n", result.run.empty() ? result.file : result.run, result.status);
  }
  if (count == 0) return "";
  if (count > named) text += fmt::format("  and {} more\n", count - named);
  return fmt::format("not judged: {} of the {} runs in {}, which are not finished\n{}", count, results.size(),
                     out, text);
}

int report(const Arguments& arguments, const std::vector<RunResult>& results, const Summary& summary) {
  const int exit = worse(exit_of(results), summary.met() ? fine : unmet);
  if (arguments.format == "json") {
    print_summary(summary, arguments.out, exit);
    return exit;
  }
  give("{}", summary.text());
  flush_results();
  say("{}", unfinished(results, arguments.out));
  return exit;
}

int judge_sweep(const Arguments& arguments, Experiment& experiment) {
  const fs::path folder = arguments.out;
  std::vector<RunResult> results;
  for (const Combination& combination : combinations(experiment.graph())) {
    RunResult result = result_of(folder / "runs" / (combination.run + ".h5"), experiment.run(combination));
    result.run = combination.run;
    result.axes = combination.axes;
    results.push_back(std::move(result));
  }
  return report(arguments, results, summarise(results, experiment.graph()));
}

int judge(Arguments arguments) {
  const bool sweep = fs::is_directory(arguments.out);
  if (!sweep) arguments.out = existing_file(arguments.out).string();
  const TemporaryFolder folder;
  PipelineArguments& pipeline = arguments.pipeline;
  if (pipeline.file.empty()) {
    pipeline.resolved = true;
    pipeline.file = folder
                        .write("recorded.yaml",
                               sweep ? recorded_sweep(arguments.out) : RecordedRun(arguments.out).resolved())
                        .string();
  } else {
    pipeline.file = existing_file(pipeline.file).string();
    if (inspect_record(pipeline.file).is_record)
      throw CommandError(
          invalid,
          fmt::format("{0} is a record, an HDF5 file, and no pipeline: each record is judged by itself, "
                      "weir judge {1}; two are compared by weir compare {2} {1}",
                      pipeline.file, path_word(pipeline.file), path_word(arguments.out)));
  }
  const Registry registry = pipeline.plugins.registry(pipeline.file);
  Experiment experiment = pipeline.read(registry);
  const Graph& graph = experiment.graph();
  if (graph.report.empty() && graph.expect.empty() && graph.compare.empty())
    throw CommandError(
        invalid, fmt::format("there is nothing to judge: {} reports, expects and compares nothing; add it "
                             "to the pipeline's file and give that too: weir judge {} PIPELINE.yaml",
                             graph.name, path_word(arguments.out)));
  if (sweep && graph.sweep.empty())
    throw CommandError(invalid, fmt::format("{} is a folder, and {} has no sweep: name its record",
                                            arguments.out, graph.name));
  if (sweep) return judge_sweep(arguments, experiment);
  if (!graph.sweep.empty())
    throw CommandError(
        invalid, fmt::format("{} is one run of a sweep, and what {} expects is of means over its runs: name "
                             "the sweep's folder",
                             arguments.out, graph.name));
  const RunResult result = result_of(arguments.out, graph);
  return report(arguments, {result}, summarise(result, graph));
}

}  // namespace

Verb judge_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("judge", "Judge finished results anew by what a pipeline expects; runs nothing");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("OUT", arguments->out, "A record (HDF5 file), or the folder of a sweep")->required();
  app->add_option("PIPELINE", arguments->pipeline.file,
                  "The pipeline with what is to be judged now (default: as recorded)");
  add_format(*app, arguments->format, {"text", "json"});
  arguments->pipeline.add_options_to(*app);
  app->footer(R"(Examples:
  weir judge quickstart/                               once more, by what it was run with
  weir judge quickstart/ pipelines/quickstart.yaml     by report, expect and compare as the file has them now
  weir judge short.h5 rotation.yaml --set train.steps=100

Reads records alone: neither the data nor the results are touched. `weir run` with the same pipeline also writes the
tables of a sweep anew. Exits as `weir run` does: with 1 if something is not met, with 75 if runs are not finished, with
3 if one failed.)");
  return {app, [arguments] { return judge(*arguments); }};
}

}  // namespace weir::tools
