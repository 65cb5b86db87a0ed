// tools/cli/run/export_torchscript.cpp -- a trained field as a TorchScript archive, by weir-run, which has LibTorch.
#include <fmt/format.h>

#include <weir/front/show/json_schema.hpp>
#include <weir/front/sweep/named_files.hpp>
#include <weir/record/data/dotted_path.hpp>

#include <cli/arguments/recorded_pipeline.hpp>
#include <cli/arguments/run_arguments.hpp>
#include <lab/judge/summary.hpp>
#include <lab/sampling/sampling.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {

// How many classes of labels the trained network has a column for; 0 if it is told none.
std::int64_t classes_of(const RecordedRun& record, const std::string& trainer, const std::string& which) {
  const std::string start = record_path(trainer) + (which == "ema" ? "/ema_params/" : "/params/");
  for (const nlohmann::json& dataset : record.datasets())
    if (const std::string path = dataset.at("path");
        path.starts_with(start) && path.ends_with("context.label.weight"))
      return record.reader().shape(path).back();
  return 0;
}

}  // namespace

int export_torchscript(const RunArguments& arguments, const RecordedRun& record, const std::string& trainer,
                       const std::string& which, const std::filesystem::path& out) {
  const TemporaryFolder folder;
  RunArguments run = arguments;
  const Graph trained = read_recorded(record, folder, run.pipeline);
  const Registry registry = run.pipeline.plugins.registry(run.pipeline.file);
  // One step of a flow from new points: it brings the field, what stands before it, and points that it can be asked at.
  Sampling sampling{.trainer = trainer,
                    .count = 2,
                    .integrator = "euler",
                    .steps = 1,
                    .which = which,
                    .replacement = true,
                    .scaled = true};
  if (const std::int64_t classes = classes_of(record, trainer, which); classes > 0) {
    sampling.label = "0";
    sampling.classes = classes;
  }
  Graph asked;
  try {
    asked = sampling_graph(trained, record, registry, sampling);
  } catch (const CommandError& error) {
    throw CommandError(
        error.code(), fmt::format("{}: no TorchScript archive can be made of '{}': {}; its parameters can be "
                                  "had: name a file that ends with .safetensors",
                                  out.string(), trainer, error.what()));
  }
  PipelineArguments written = run.pipeline;
  written.file = folder.write("export.yaml", resolved_yaml(asked)).string();
  Graph graph = written.read(registry).graph();
  graph.device = "cpu";  // a constant that a field makes keeps its device in an archive

  Job job;
  job.out = out;
  job.exported = "sample";
  freeze(job, graph, recorded_json(graph), folder.path() / "graph.json");
  const Outcome outcome = run_children(run, graph, {job}, 1, 1, 0, "", {})[0];
  say("{}", failure_lines({job}, {outcome}));
  if (outcome.status != "finished")
    say("its parameters can be had: name a file that ends with .safetensors\n");
  return outcome.status == "finished" ? fine : outcome.exit;
}

}  // namespace weir::tools
