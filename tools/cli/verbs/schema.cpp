// tools/cli/verbs/schema.cpp -- weir schema: the JSON Schema of pipelines, for editors.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <iterator>
#include <memory>

#include <weir/front/pipeline.hpp>
#include <weir/front/show/json_schema.hpp>
#include <weir/os/replace_file.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include "modeline.hpp"

namespace weir::tools {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  PluginArguments plugins;
  std::string out;
  std::string pipeline;  // --modeline
};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw CommandError(io_failed, fmt::format("cannot read {}", file.string()));
  return text;
}

bool is_schema_of_pipelines(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() && json.value("title", nlohmann::json()) == schema_title;
}

// Over an earlier schema, and over nothing else.
void write_schema(const fs::path& file, const std::string& text) {
  if (fs::exists(file) && !fs::is_regular_file(file)) {  // a pipe, /dev/stdout
    std::ofstream out(file, std::ios::binary);
    if (!(out << text).flush()) throw CommandError(io_failed, fmt::format("cannot write {}", file.string()));
    return;
  }
  if (fs::exists(file)) {
    const std::string there = read(file);
    if (there == text) return;
    if (!is_schema_of_pipelines(there))
      throw CommandError(invalid,
                         fmt::format("{} exists and is no schema of pipelines, and nothing else is written "
                                     "over; name another place with -o",
                                     file.string()));
  }
  os::replace_file(file, text);
}

// An editor would underline them.
void warn_of_unknown_plugins(const Arguments& arguments) {
  try {
    read_pipeline(arguments.pipeline, arguments.plugins.registry(arguments.pipeline));
  } catch (const InvalidPipeline& invalid) {
    for (const Fault& fault : invalid.faults())
      if (fault.code == "W201")
        say("weir: warning: {}; if it is of your own, add --plugin-path FOLDER\n", fault.message);
  }
}

int print_schema(const Arguments& arguments) {
  const auto text_for = [&](const std::string& pipeline) {
    return pipeline_schema(arguments.plugins.registry(pipeline)).dump(2) + "\n";
  };
  if (arguments.pipeline.empty()) {
    if (arguments.out.empty())
      fmt::print("{}", text_for(""));
    else
      write_schema(arguments.out, text_for(""));
    return fine;
  }
  const fs::path pipeline = existing_file(arguments.pipeline);
  const fs::path schema = arguments.out.empty() ? fs::absolute(pipeline).parent_path() / ".weir-schema.json"
                                                : fs::path(arguments.out);
  write_schema(schema, text_for(arguments.pipeline));
  warn_of_unknown_plugins(arguments);
  const std::string before = read(pipeline);
  const std::string address = schema_address(schema, pipeline);
  const std::string after = with_modeline(before, address);
  if (after != before) os::replace_file(pipeline, after);
  fmt::print("{} names {}\n", arguments.pipeline, address);
  return fine;
}

}  // namespace

Verb schema_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("schema", "Print the JSON Schema of pipelines, for editors");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("-o,--out", arguments->out, "Write to this file")->type_name("FILE");
  app->add_option("--modeline", arguments->pipeline,
                  "Write the schema beside this pipeline, and into its first line where editors find it")
      ->type_name("PIPELINE");
  arguments->plugins.add_to(*app);
  app->footer(R"(Examples:
  weir schema --modeline rotation.yaml                         editors complete and check it while you type
  weir schema --modeline rotation.yaml --plugin-path my-plugins  with plugins of your own
  weir schema -o schemas/pipeline.schema.json

The schema holds what is installed now: write it anew after installing a plugin. Editors read it through the YAML language
server, which is part of VS Code's YAML extension and can be installed for vim, Emacs, Helix and others.)");
  return {app, [arguments] { return print_schema(*arguments); }};
}

}  // namespace weir::tools
