// tools/cli/verbs/rerun.cpp -- weir rerun: a recorded run again, and what differs.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/recorded_pipeline.hpp>
#include <cli/arguments/run_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/inputs.hpp>
#include <lab/records/made_with.hpp>
#include <lab/records/same_numbers.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  RunArguments run;
  std::string record;
  double tolerance = 0;
};

int rerun(Arguments arguments) {
  exit_interrupted_by_signals();
  const RecordedRun record(arguments.record);
  if (const std::string status = record.reader().text("/status"); status != "finished")
    throw CommandError(invalid,
                       fmt::format("{} is {}, not finished: there is nothing whole to compare with; go on "
                                   "with it by the command that made it:\n  {}",
                                   record.file().string(), status, record.provenance("command")));
  const TemporaryFolder folder;
  RunArguments& run = arguments.run;
  const Graph graph = read_recorded(record, folder, run.pipeline);
  if (run.out.empty()) run.out = record.file().stem().string() + ".rerun.h5";
  run.inputs = {record.file()};
  refuse_inputs(written_with(run.out), run.inputs);
  if (!run.force && inspect_record(run.out).status == "finished")
    throw CommandError(
        io_failed,
        fmt::format("{} exists and is finished; replace it with --force, or name another file with -o",
                    run.out));

  const std::string before = changes(made_with(record), would_be_made_with(graph, ""));
  give("{}", before.empty() ? "made with the same plugins as then\n" : before);
  flush_results();
  if (const int exit = run_single(run, graph); exit != fine) return exit;

  const RecordedRun now(run.out);
  const std::string after = changes(made_with(record), made_with(now));
  const SameNumbers same = same_numbers(record, now, "", arguments.tolerance);
  give("{}{}", after == before ? "" : after, same.text);
  return same.differing == 0 ? fine : unmet;
}

}  // namespace

Verb rerun_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("rerun", "Run a record's pipeline again, and say what differs");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("RECORD", arguments->record, "A finished record (HDF5 file)")->required();
  app->add_option("-o,--out", arguments->run.out, "The new record (default ./<record>.rerun.h5)")
      ->type_name("OUT");
  app->add_option(
         "--tolerance", arguments->tolerance,
         "How far a number may differ, relative to the largest of its dataset (default 0: not at all)")
      ->type_name("R")
      ->check(Real{});
  arguments->run.add_progress_to(*app);
  app->add_flag("--force", arguments->run.force, "Replace the new record, if it is there");
  arguments->run.pipeline.add_options_to(*app);
  app->footer(R"(Examples:
  weir rerun rotation.h5
  weir rerun quickstart/runs/noise=none,seed=1.h5 --device cuda --tolerance 1e-3

Exits with 0 if every number is the recorded one, with 1 if some differ.)");
  return {app, [arguments] { return rerun(*arguments); }};
}

}  // namespace weir::tools
