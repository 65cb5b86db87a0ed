// tools/cli/new/new.cpp -- weir new: a plugin's own project, or a pipeline, from a template that runs as it is.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/share.hpp>
#include <system/shell_word.hpp>
#include "new_files.hpp"
#include "new_kinds.hpp"
#include "new_name.hpp"
#include "templates.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  std::string what, name, kind, out;
};

bool is_kind(const std::string& word) { return std::ranges::find(kinds, word) != kinds.end(); }

void check_kind(const std::string& kind) {
  const std::vector<std::string> names(kinds.begin(), kinds.end());
  if (kind.empty())
    throw CommandError(
        invalid, fmt::format("a plugin is of one kind: add --kind KIND\nkinds: {}", fmt::join(kinds, ", ")));
  if (!is_kind(kind))
    throw CommandError(invalid, fmt::format("unknown kind '{}'{}\nkinds: {}", kind, suggestion(kind, names),
                                            fmt::join(kinds, ", ")));
}

// One of that name would hide it, wherever a pipeline asks for it.
void refuse_known(const std::string& id) {
  if (Registry::find().plugin(id) == nullptr) return;
  throw CommandError(
      invalid, fmt::format("a new plugin has a name of its own, but {} is there already; take another name\n"
                           "all plugins: weir plugins",
                           id));
}

int new_plugin(const Arguments& arguments) {
  const auto& [what, name, kind, out] = arguments;
  check_name(name);
  check_kind(kind);
  refuse_known(kind + "/" + name);
  const fs::path folder = out.empty() ? name : out;
  const std::string from = shell_word(prefix().string());
  const Placeholders values = {{"NAME", name},
                               {"KIND", kind},
                               {"CLASS", class_name(name, kind)},
                               {"PREFIX", from},
                               {"VERSION", WEIR_VERSION}};
  write_new_folder(folder,
                   {{fs::path(kind) / (name + ".cpp"), from_template("code/" + kind + ".cpp", values)},
                    {name + ".yaml", from_template("pipelines/" + kind + ".yaml", values)},
                    {"CMakeLists.txt", from_template("CMakeLists.txt", values)},
                    {"README.md", from_template("README.md", values)}});
  fmt::print(R"(made    {0}: {1}/{2}.cpp, {2}.yaml, CMakeLists.txt, README.md
next    cd {3}
        cmake -S . -B build -DCMAKE_PREFIX_PATH={4}
        cmake --build build
        ctest --test-dir build --output-on-failure
        weir run {2}.yaml --plugin-path build
)",
             folder.string(), kind, name, shell_word(folder.string()), from);
  return fine;
}

int new_pipeline(const Arguments& arguments) {
  if (!arguments.kind.empty())
    throw CommandError(invalid, "--kind is of a plugin; a pipeline has none: leave it out");
  check_name(arguments.name);
  const fs::path file = arguments.out.empty() ? arguments.name + ".yaml" : arguments.out;
  write_new_file({file, from_template("pipelines/pipeline.yaml", {{"NAME", arguments.name}})});
  const std::string word = shell_word(file.string());
  fmt::print("made    {0}\nnext    weir plan {1}\n        weir run {1}\n        weir report {2}/\n",
             file.string(), word, arguments.name);
  return fine;
}

int make(const Arguments& arguments) {
  const auto& [what, name, kind, out] = arguments;
  if (what == "plugin") return new_plugin(arguments);
  if (what == "pipeline") return new_pipeline(arguments);
  if (is_kind(what))
    throw CommandError(
        invalid,
        fmt::format("'{0}' is a kind of plugin; did you mean `weir new plugin {1} --kind {0}`?", what, name));
  throw CommandError(invalid, fmt::format("'{}' is nothing that can be made{}\nwhat can be made: plugin, "
                                          "pipeline        more: weir new --help",
                                          what, suggestion(what, {"plugin", "pipeline"})));
}

}  // namespace

Verb new_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("new", "Start a plugin or a pipeline from a template");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("WHAT", arguments->what, "plugin | pipeline")->required();
  app->add_option("NAME", arguments->name, "Its name: letters a-z, digits and '_'")->required();
  app->add_option("--kind", arguments->kind, fmt::format("Of a plugin: {}", fmt::join(kinds, " | ")))
      ->type_name("KIND");
  app->add_option(
         "-o,--out", arguments->out,
         "A plugin's folder (default ./NAME), or a pipeline's file (./NAME.yaml); must not exist yet")
      ->type_name("OUT");
  app->footer(R"(Examples:
  weir new plugin sine --kind noise      a project of its own: source, CMakeLists.txt, pipeline, README
  weir new pipeline first                a small pipeline with a sweep and expectations

What is made builds and runs as it is; the commands are printed.)");
  return {app, [arguments] { return make(*arguments); }};
}

}  // namespace weir::tools
