// tools/cli/verbs/plan.cpp -- weir plan: what a pipeline would compute, and what the runs of its sweep share.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <weir/front/show/reference.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/exit.hpp>
#include "recorded_sizes.hpp"

namespace weir::tools {
namespace {

struct Arguments {
  PipelineArguments pipeline;
  std::string format = "text";
  bool resolved = false;
  bool sizes = false;
};

int plan(const Arguments& arguments) {
  const Graph graph = arguments.pipeline.read();
  if (arguments.sizes) return print_recorded_sizes(graph);
  if (arguments.resolved)
    fmt::print("{}", resolved_yaml(graph));
  else if (arguments.format == "json")
    fmt::print("{}\n", resolved_json(graph).dump(2));
  else
    fmt::print("{}", plan_text(graph));
  return fine;
}

}  // namespace

Verb plan_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("plan", "Show what a pipeline would compute, without running it");
  auto arguments = std::make_shared<Arguments>();
  arguments->pipeline.add_to(*app);
  CLI::Option* format = add_format(*app, arguments->format, {"text", "json"});
  format->description(format->get_description() + "; json has every default filled in");
  app->add_flag("--resolved", arguments->resolved, "The pipeline as YAML with every default filled in");
  app->add_flag("--sizes", arguments->sizes,
                "What a run would record, and the faults that only plugins see; takes a second")
      ->excludes(format);
  app->footer(
      "Examples:\n  weir plan rotation.yaml\n  weir plan rotation.yaml --resolved > everything.yaml\n  weir "
      "plan rotation.yaml --sizes");
  return {app, [arguments] { return plan(*arguments); }};
}

}  // namespace weir::tools
