// tools/cli/verbs/plugin.cpp -- weir plugin: what authors of plugins ask for.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <memory>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/share.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::string what, only, plugin, with;
  std::vector<std::string> libraries;
  std::vector<std::string> folders;
  std::uint64_t seed = 1;
  double timeout = 60;
  bool list = false, json = false, in_process = false;
};

std::vector<std::string> words_of(const Arguments& arguments) {
  std::vector<std::string> words;
  for (const std::string& library : arguments.libraries) words.push_back(existing_file(library).string());
  const auto option = [&](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  const auto flag = [&](const char* name, bool given) {
    if (given) words.push_back(name);
  };
  option("--only", arguments.only);
  option("--plugin", arguments.plugin);
  if (!arguments.with.empty()) option("--with", existing_file(arguments.with).string());
  for (const std::string& folder : arguments.folders) option("--plugin-path", folder);
  option("--seed", std::to_string(arguments.seed));
  option("--timeout", fmt::format("{}", arguments.timeout));
  flag("--list", arguments.list);
  flag("--json", arguments.json);
  flag("--in-process", arguments.in_process);
  return words;
}

// Becomes weir-check: a debugger that was started on `weir` goes on in it.
[[noreturn]] void become_weir_check(std::vector<std::string> words) {
  const std::string program = (prefix() / "bin/weir-check").string();
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  execv(program.c_str(), arguments.data());
  throw CommandError(plugin_failed,
                     fmt::format("cannot start {}: {}; build Weir (`tools/weir`), or install it again",
                                 program, std::strerror(errno)));
}

int check(const Arguments& arguments) {
  if (arguments.what != "check")
    throw CommandError(invalid,
                       fmt::format("'{}' is nothing that can be done with a plugin{}\nwhat can be done: "
                                   "check        more: weir plugin --help",
                                   arguments.what, suggestion(arguments.what, {"check"})));
  if (arguments.libraries.empty() && !arguments.list)
    throw CommandError(invalid, "name the library to check: weir plugin check build/libweir_noise_sine.so");
  if (arguments.in_process && (arguments.libraries.size() != 1 || arguments.only.empty()))
    throw CommandError(invalid, "--in-process makes one check of one library: name it with --only CHECK");
  become_weir_check(words_of(arguments));
}

}  // namespace

Verb plugin_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "plugin", "Check plugin libraries, as their authors do before they give them away");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("WHAT", arguments->what, "check")->required();
  app->add_option("LIBRARY", arguments->libraries, "Plugin libraries, libweir_*.so");
  app->add_option("--with", arguments->with,
                  "Take the plugin's parameters and surroundings from this pipeline")
      ->type_name("FILE");
  app->add_option("--only", arguments->only, "Make this check alone")->type_name("CHECK");
  app->add_option("--plugin", arguments->plugin, "Of this plugin of the library alone")
      ->type_name("KIND/NAME");
  app->add_option("--seed", arguments->seed, "Seed of the values that 'bounds' tries (default 1)")
      ->type_name("S");
  app->add_option("--timeout", arguments->timeout, "Seconds that a trial of a check may take (default 60)")
      ->type_name("T")
      ->check(Real{.above = true});
  app->add_option("--plugin-path", arguments->folders,
                  "Search this folder for other plugins; may be given several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app->add_flag("--in-process", arguments->in_process,
                "Make one check without a process of its own, for debuggers");
  app->add_flag("--json", arguments->json, "Print the results as JSON");
  app->add_flag("--list", arguments->list, "List the checks");
  app->footer(R"(Examples:
  weir plugin check build/libweir_noise_sine.so --with sine.yaml
  weir plugin check build/libweir_noise_sine.so --only bounds --seed 7
  gdb --args weir plugin check build/libweir_noise_sine.so --only laws --in-process
  weir plugin check --list

Each check runs in a process of its own: a crash, a hang or an exit of the plugin is a failed check. Exit code 0 if no
check fails, 3 otherwise. A skipped check says what would enable it.)");
  return {app, [arguments] { return check(*arguments); }};
}

}  // namespace weir::tools
