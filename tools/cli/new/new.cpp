// tools/cli/new/new.cpp -- weir new: a plugin's own project, or a pipeline, from a template that runs as it is.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/text/shell_word.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/share.hpp>
#include "new_files.hpp"
#include "new_kinds.hpp"
#include "new_name.hpp"
#include "templates.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  std::string what, name, kind, base, out;
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

std::vector<std::string> bases_of(const std::string& kind) {
  std::vector<std::string> names;
  for (const Base& base : bases)
    if (base.kind == kind) names.emplace_back(base.name);
  return names;
}

// "objective: field, network; field: plain, ..."
std::string all_bases() {
  std::string text;
  for (const std::string kind : kinds)
    if (const auto names = bases_of(kind); !names.empty())
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", kind, fmt::join(names, ", "));
  return text;
}

// The name of the templates: "integrator", or "integrator_embedded".
std::string template_of(const std::string& kind, const std::string& base) {
  const std::vector<std::string> names = bases_of(kind);
  if (base.empty() || (!names.empty() && base == names.front())) return kind;
  if (names.empty())
    throw CommandError(invalid, fmt::format("there is one template of kind {}: leave --base out\nbases of {}",
                                            kind, all_bases()));
  if (std::ranges::find(names, base) == names.end())
    throw CommandError(invalid, fmt::format("unknown base '{}' of kind {}{}\nbases: {}", base, kind,
                                            suggestion(base, names), fmt::join(names, ", ")));
  return kind + "_" + base;
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
  const auto& [what, name, kind, base, out] = arguments;
  check_name(name);
  check_kind(kind);
  const std::string start = template_of(kind, base);
  refuse_known(kind + "/" + name);
  const fs::path folder = out.empty() ? name : out;
  const std::string from = shell_word(prefix().string());
  const Placeholders values = {{"NAME", name},
                               {"KIND", kind},
                               {"CLASS", class_name(name, kind)},
                               {"PREFIX", from},
                               {"VERSION", WEIR_VERSION}};
  write_new_folder(folder,
                   {{fs::path(kind) / (name + ".cpp"), from_template("code/" + start + ".cpp", values)},
                    {name + ".yaml", from_template("pipelines/" + start + ".yaml", values)},
                    {"CMakeLists.txt", from_template("CMakeLists.txt", values)},
                    {"README.md", from_template("README.md", values)}});
  fmt::print(R"(made    {0}: {1}/{2}.cpp, {2}.yaml, CMakeLists.txt, README.md
next    cd {3}
        cmake -S . -B build -DCMAKE_PREFIX_PATH={4}
        cmake --build build
        ctest --test-dir build --output-on-failure
        weir run {2}.yaml --plugin-path build
)",
             folder.string(), kind, name, path_word(folder.string()), from);
  return fine;
}

int new_pipeline(const Arguments& arguments) {
  for (const auto& [option, word] :
       {std::pair("--kind", &arguments.kind), std::pair("--base", &arguments.base)})
    if (!word->empty())
      throw CommandError(invalid,
                         fmt::format("{} is of a plugin; a pipeline has none: leave it out", option));
  check_name(arguments.name);
  const fs::path file = arguments.out.empty() ? arguments.name + ".yaml" : arguments.out;
  write_new_file({file, from_template("pipelines/pipeline.yaml", {{"NAME", arguments.name}})});
  const std::string word = path_word(file.string());
  fmt::print("made    {0}\nnext    weir plan {1}\n        weir run {1}\n        weir report {2}/\n",
             file.string(), word, arguments.name);
  return fine;
}

int make(const Arguments& arguments) {
  const auto& [what, name, kind, base, out] = arguments;
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
  app->add_option("--base", arguments->base,
                  fmt::format("What a plugin stands on, the first unless given; of {}", all_bases()))
      ->type_name("BASE");
  app->add_option(
         "-o,--out", arguments->out,
         "A plugin's folder (default ./NAME), or a pipeline's file (./NAME.yaml); must not exist yet")
      ->type_name("OUT");
  app->footer(R"(Examples:
  weir new plugin sine --kind noise      a project of its own: source, CMakeLists.txt, pipeline, README
  weir new plugin leap --kind integrator --base embedded        a Runge-Kutta pair with steps of each row's own
  weir new plugin told --kind field --base conditional          a field that is told labels beside x and t
  weir new plugin mine --kind objective --base network          a loss of a network of its own, without a field
  weir new pipeline first                a small pipeline with a sweep and expectations

What is made builds and runs as it is; the commands are printed.)");
  return {app, [arguments] { return make(*arguments); }};
}

}  // namespace weir::tools
