// tools/cli/verbs/show.cpp -- weir show: what a plugin does, takes and gives, and a pipeline that has it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

#include <weir/front/show/reference.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/share.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::string plugin;
  PluginArguments plugins;
  std::string format = "text";
};

// "noise/constant", or "constant" where only one kind has a plugin of that name. Throws CommandError
// otherwise.
const PluginSchema& find_plugin(const Registry& registry, const std::string& word) {
  if (const PluginSchema* exact = registry.plugin(word)) return *exact;
  std::vector<std::string> ids, names;
  std::vector<const PluginSchema*> same_name = registry.named(word);  // of several vendors
  for (const PluginSchema& plugin : registry.plugins()) {
    ids.push_back(plugin.id());
    names.push_back(plugin.name);
    if (plugin.name == word) same_name.push_back(&plugin);
  }
  if (same_name.size() == 1) return *same_name[0];
  if (same_name.size() > 1) {
    std::string which;
    for (const PluginSchema* plugin : same_name) which += (which.empty() ? "" : ", ") + plugin->id();
    throw CommandError(invalid, fmt::format("'{}' is the name of several plugins: {}", word, which));
  }
  const bool whole = word.find('/') != std::string::npos;
  std::string kind_members;
  for (const PluginSchema& plugin : registry.plugins())
    if (plugin.kind == word) kind_members += (kind_members.empty() ? "" : ", ") + plugin.id();
  if (!kind_members.empty())
    throw CommandError(invalid, fmt::format("'{}' is a kind; its plugins: {}", word, kind_members));
  for (const PluginSchema& plugin : registry.plugins()) {
    for (const ParamSchema& param : plugin.params) {
      if (std::ranges::find(param.choices, word) != param.choices.end())
        throw CommandError(
            invalid, fmt::format("'{0}' is no plugin but a value of another's parameter: {{plugin: {1}, "
                                 "{2}: {0}}}; more: weir show {1}",
                                 word, plugin.id(), param.name));
    }
  }
  throw CommandError(
      invalid,
      fmt::format("unknown plugin '{}'{}\nall plugins: weir plugins        what failed to load: weir "
                  "plugins --failed",
                  word, suggestion(word, whole ? ids : names)));
}

// The example of one of Weir's own, pipelines/examples/KIND/NAME.yaml, and where it lies, from which its paths count; "" of another's.
std::string example_of(const PluginSchema& plugin) {
  const auto file = shared_file("pipelines") / "examples" / (plugin.id() + ".yaml");
  std::ifstream in(file);
  if (!plugin.vendor.empty() || !in) return "";
  std::string text = "# " + file.string() + "\n" + std::string(std::istreambuf_iterator<char>(in), {});
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

int show_plugin(const Arguments& arguments) {
  const Registry registry = arguments.plugins.registry();
  if (arguments.plugin.empty()) {
    if (arguments.format != "markdown")
      throw CommandError(invalid,
                         "name a plugin, e.g. `weir show field/mlp`; all of them: weir plugins, weir show "
                         "--format markdown");
    fmt::print("{}", markdown(registry, example_of));
    return fine;
  }
  const PluginSchema& plugin = find_plugin(registry, arguments.plugin);
  if (arguments.format == "json")
    fmt::print("{}\n", to_json(plugin).dump(2));
  else if (arguments.format == "markdown")
    fmt::print("{}", markdown(Registry({plugin}), example_of));
  else
    fmt::print("{}", show(plugin, example_of));
  return fine;
}

}  // namespace

Verb show_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "show", "Show what a plugin computes, its parameters, ports and outputs, and a pipeline with it");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("KIND/NAME", arguments->plugin, "The plugin; its name alone if no other kind has it");
  add_format(*app, arguments->format, {"text", "json", "markdown"});
  arguments->plugins.add_to(*app);
  app->footer(
      "Examples:\n  weir show noise/constant\n  weir show adam\n  weir show --format markdown > reference.md "
      "     every plugin");
  return {app, [arguments] { return show_plugin(*arguments); }};
}

}  // namespace weir::tools
