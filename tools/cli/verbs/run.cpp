// tools/cli/verbs/run.cpp -- weir run: has a pipeline run, once or for every combination of its sweep.
#include <CLI/CLI.hpp>
#include <memory>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/run_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>

namespace weir::tools {

Verb run_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("run", "Run a pipeline and record everything in HDF5");
  auto arguments = std::make_shared<RunArguments>();
  arguments->pipeline.add_to(*app);
  app->add_option("-o,--out", arguments->out,
                  "The record (default ./<name>.h5), or a sweep's folder (./<name>/)")
      ->type_name("OUT");
  app->add_option("--jobs", arguments->jobs,
                  "Runs of a sweep, or nodes of a run, at once (default: one a core)")
      ->type_name("N")
      ->check(Whole{1, 4096});
  arguments->add_progress_to(*app);
  app->add_flag("--force", arguments->force, "Start over: replace what an earlier run wrote");
  app->footer(R"(Examples:
  weir run rotation.yaml
  weir run rotation.yaml --set train.steps=100 --set task.interpolant.noise.sigma=0.1 -o short.h5
  weir run quickstart.yaml --jobs 2 --progress plain 2> log.txt

Ctrl-C stops at the next commit; the same command then goes on where it stopped. A second Ctrl-C kills.)");
  return {app, [arguments] {
            exit_interrupted_by_signals();
            arguments->pipeline.file = existing_file(arguments->pipeline.file).string();
            const Registry registry = arguments->pipeline.plugins.registry(arguments->pipeline.file);
            Experiment experiment = arguments->pipeline.read(registry);
            arguments->inputs = experiment.files();
            return experiment.graph().sweep.empty() ? run_single(*arguments, experiment.graph())
                                                    : run_sweep(*arguments, experiment);
          }};
}

}  // namespace weir::tools
