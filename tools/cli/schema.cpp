// tools/cli/schema.cpp -- weir schema: the JSON Schema of pipelines, for editors.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <memory>

#include <weir/front/json_schema.hpp>

#include "exit.hpp"
#include "pipeline_arguments.hpp"
#include "verbs.hpp"

namespace weir::cli {
namespace {

struct Arguments {
  PluginArguments plugins;
  std::string out;
};

int print_schema(const Arguments& arguments) {
  const std::string text = pipeline_schema(arguments.plugins.registry()).dump(2) + "\n";
  if (arguments.out.empty()) {
    fmt::print("{}", text);
    return fine;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  out << text;
  if (!out.flush()) throw CommandError(io_failed, fmt::format("cannot write {}", arguments.out));
  return fine;
}

}  // namespace

Verb schema_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("schema", "Print the JSON Schema of pipelines, for editors");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("-o,--out", arguments->out, "Write to this file")->type_name("FILE");
  arguments->plugins.add_to(*app);
  app->footer(R"(Examples:
  weir schema -o schemas/pipeline.schema.json

Name it in the first line of a pipeline, and editors complete and check while you type:
  # yaml-language-server: $schema=../schemas/pipeline.schema.json)");
  return {app, [arguments] { return print_schema(*arguments); }};
}

}  // namespace weir::cli
