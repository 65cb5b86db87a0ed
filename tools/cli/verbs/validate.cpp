// tools/cli/verbs/validate.cpp -- weir validate: whether pipelines can be run as they are written.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string format = "text";
  PipelineArguments pipeline;
};

int validate(const Arguments& arguments) {
  const PipelineOptions options = arguments.pipeline.options();
  const bool json = arguments.format == "json";
  nlohmann::json answers = nlohmann::json::array();
  int exit = fine;
  for (const std::string& file : arguments.files) {
    nlohmann::json faults = nlohmann::json::array();
    try {
      read_pipeline(existing_file(file), arguments.pipeline.plugins.registry(file), options);
      if (!json) fmt::print("{}: ok\n", file);
    } catch (const InvalidPipeline& error) {
      exit = invalid;
      faults = to_json(error.faults());
      if (!json) say("{}", text(error.faults()));
    } catch (const CommandError& error) {
      exit = invalid;
      faults.push_back({{"code", ""}, {"file", file}, {"line", 0}, {"column", 0}, {"message", error.what()}});
      if (!json) say("weir: {}\n", error.what());
    }
    answers.push_back({{"file", file}, {"ok", faults.empty()}, {"faults", faults}});
  }
  if (json) fmt::print("{}\n", answers.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return exit;
}

}  // namespace

Verb validate_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("validate", "Check pipelines without running anything");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("FILE", arguments->files, "Pipelines, YAML files")->required();
  add_format(*app, arguments->format, {"text", "json"});
  arguments->pipeline.add_options_to(*app);
  app->footer(
      "Examples:\n  weir validate pipelines/*.yaml\n  weir validate rotation.yaml --format json\n\nShapes "
      "are known to the plugins: `weir plan FILE --sizes` "
      "asks them.");
  return {app, [arguments] { return validate(*arguments); }};
}

}  // namespace weir::tools
