// tools/cli/verbs/plugins.cpp -- weir plugins: what is installed, and what could not be used.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <text/table.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  PluginArguments plugins;
  bool failed = false;
  std::string format = "text";
};

void print_json(const Registry& registry) {
  nlohmann::json out = {{"plugins", nlohmann::json::array()},
                        {"rejected", nlohmann::json::array()},
                        {"searched", nlohmann::json::array()}};
  for (const PluginSchema& plugin : registry.plugins()) out["plugins"].push_back(to_json(plugin));
  for (const RejectedLibrary& library : registry.rejected())
    out["rejected"].push_back({{"file", library.file.string()}, {"reason", library.reason}});
  for (const auto& folder : registry.searched()) out["searched"].push_back(folder.string());
  fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_rejected(const Registry& registry) {
  if (registry.rejected().empty()) fmt::print("every library that was found can be used\n");
  for (const RejectedLibrary& library : registry.rejected())
    fmt::print("{}\n  {}\n", library.file.string(), library.reason);
}

void print_plugins(const Registry& registry) {
  std::vector<Row> rows;
  for (const PluginSchema& plugin : registry.plugins()) rows.push_back({plugin.id(), plugin.summary});
  if (rows.empty())
    fmt::print("no plugins were found\n");
  else
    fmt::print("{}", aligned({}, rows));
  if (rows.empty() || !registry.rejected().empty()) {
    fmt::print("\nsearched:\n");
    for (const auto& folder : registry.searched()) fmt::print("  {}\n", folder.string());
  }
  if (!registry.rejected().empty())
    fmt::print("\n{} could not be used: weir plugins --failed\n", registry.rejected().size());
}

}  // namespace

Verb plugins_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("plugins", "List the installed plugins");
  auto arguments = std::make_shared<Arguments>();
  app->add_flag("--failed", arguments->failed, "List the libraries that cannot be used, and why");
  add_format(*app, arguments->format, {"text", "json"});
  arguments->plugins.add_to(*app);
  app->footer("Examples:\n  weir plugins\n  weir plugins --failed --plugin-path ~/my-plugins");
  return {app, [arguments] {
            const Registry registry = arguments->plugins.registry();
            if (arguments->format == "json")
              print_json(registry);
            else if (arguments->failed)
              print_rejected(registry);
            else
              print_plugins(registry);
            return 0;
          }};
}

}  // namespace weir::tools
