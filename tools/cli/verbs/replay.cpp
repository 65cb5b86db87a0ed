// tools/cli/verbs/replay.cpp -- weir replay: one node of a recorded run again, on the inputs that the record holds.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <weir/front/sweep/named_files.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/recorded_pipeline.hpp>
#include <cli/arguments/run_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/inputs.hpp>
#include <lab/records/made_with.hpp>
#include <lab/records/same_numbers.hpp>
#include <lab/records/standing_record.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  RunArguments run;
  std::string record, node, plugin;
  double tolerance = 0;
};

void check_node(const RecordedRun& record, const std::string& node) {
  if (record.node(node)) return;
  std::vector<std::string> names;
  for (const nlohmann::json& each : record.nodes()) names.push_back(each.at("node"));
  throw CommandError(
      invalid, fmt::format("{} has no node '{}'{}\nits nodes: weir info {}", record.file().string(), node,
                           suggestion(node, names), path_word(record.file().string())));
}

// Where the node's outputs go: a file of the user's, or one that is gone afterwards.
fs::path out_of(const Arguments& arguments, const Graph& graph, const TemporaryFolder& folder) {
  const fs::path out = arguments.run.out;
  if (out.empty()) return folder.path() / "replayed.h5";
  std::vector<fs::path> inputs = inputs_of(graph);
  inputs.emplace_back(arguments.record);
  refuse_inputs(written_with(out), inputs);
  if (!fs::exists(out)) return out;
  if (!arguments.run.force)
    throw CommandError(
        io_failed,
        fmt::format("{} exists; replace it with --force, or name another file with -o", out.string()));
  require_replaceable(inspect_record(out), out);
  return out;
}

int replay(Arguments arguments) {
  exit_interrupted_by_signals();
  const RecordedRun record(arguments.record);
  check_node(record, arguments.node);
  const TemporaryFolder folder;
  RunArguments& run = arguments.run;
  if (!arguments.plugin.empty())
    run.pipeline.plugins.folders.insert(run.pipeline.plugins.folders.begin(),
                                        existing_file(arguments.plugin).string());
  const Graph graph = read_recorded(record, folder, run.pipeline);
  give("{}", changes(made_with(record), would_be_made_with(graph, arguments.node)));
  flush_results();

  Job job;
  job.out = out_of(arguments, graph, folder);
  job.mode = Recorder::Mode::replace;
  freeze(job, graph, recorded_json(graph), folder.path() / "graph.json");
  job.replayed = {record.file(), arguments.node};
  const Outcome outcome = run_children(run, graph, {job}, 1, 1, 0, "", {})[0];
  say("{}", failure_lines({job}, {outcome}));
  if (outcome.status != "finished") return outcome.exit;

  const SameNumbers same = same_numbers(record, RecordedRun(job.out), arguments.node, arguments.tolerance);
  give("{}", same.text);
  return same.differing == 0 ? fine : unmet;
}

}  // namespace

Verb replay_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("replay", "Run one node of a record again, on the inputs recorded there");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("RECORD", arguments->record, "A record (HDF5 file)")->required();
  app->add_option("--node", arguments->node, "The node, e.g. flow")->type_name("NAME")->required();
  app->add_option("--plugin", arguments->plugin, "A plugin library to take instead of the installed ones")
      ->type_name("LIB.so");
  app->add_option(
         "--tolerance", arguments->tolerance,
         "How far a number may differ, relative to the largest of its dataset (default 0: not at all)")
      ->type_name("R")
      ->check(Real{});
  app->add_option("-o,--out", arguments->run.out, "Keep what the node gives, as a record of its own")
      ->type_name("OUT");
  arguments->run.add_progress_to(*app);
  app->add_flag("--force", arguments->run.force, "Replace OUT");
  arguments->run.pipeline.add_options_to(*app);
  app->footer(R"(Examples:
  weir replay rotation.h5 --node flow
  weir replay rotation.h5 --node flow --plugin build/libweir_integrator_mine.so --tolerance 1e-6

Exits with 0 if every number is the recorded one, with 1 if some differ. Tensors that the node takes come from the
record; fields, couplings and the like are made again from their recorded parameters.)");
  return {app, [arguments] { return replay(*arguments); }};
}

}  // namespace weir::tools
