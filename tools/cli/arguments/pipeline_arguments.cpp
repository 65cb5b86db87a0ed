// tools/cli/arguments/pipeline_arguments.cpp -- arguments that several verbs take: the pipeline, plugin folders, the format.
#include "pipeline_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/trust.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include "number_checks.hpp"

namespace weir::tools {

namespace {

// Another plugin of the same name would be taken in silence.
void warn_of_passed_over(const Registry& registry) {
  for (const RejectedLibrary& rejected : registry.rejected())
    if (rejected.by_place)
      fmt::print(stderr, "weir: warning: no plugins are taken from {}: {}\n", rejected.file.string(),
                 rejected.reason);
}

}  // namespace

void PluginArguments::add_to(CLI::App& app) {
  app.add_option("--plugin-path", folders,
                 "Search this folder, or this library, for plugins first; may be given several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--trust", trusted,
                 "Load plugins that a pipeline names in this folder or below; may be given several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

Registry PluginArguments::registry(const std::string& pipeline) const {
  for (const std::string& folder : folders)
    if (!std::filesystem::exists(folder))
      throw CommandError(invalid, fmt::format("--plugin-path {}: there is no such folder", folder));
  std::vector<std::filesystem::path> all(folders.begin(), folders.end());
  if (!pipeline.empty()) {
    const std::vector<NamedFolder> named = plugin_folders(pipeline);
    std::vector<std::filesystem::path> trust = trusted_folders();
    trust.insert(trust.end(), all.begin(), all.end());
    for (const std::string& folder : trusted) trust.push_back(std::filesystem::absolute(folder));
    if (Faults faults = distrusted(named, trust); !faults.empty()) throw InvalidPipeline(std::move(faults));
    for (const NamedFolder& each : named) all.push_back(each.folder);
  }
  Registry registry = Registry::find(all);
  warn_of_passed_over(registry);
  return registry;
}

namespace {

// A value for what an axis sets would be overwritten in every run. The seed is another matter: a `count:` starts from it.
void refuse_swept(const std::string& path, const std::string& value, const Graph& graph) {
  for (const SweepAxis& axis : graph.sweep) {
    for (const SweepAxis::Point& point : axis.points) {
      for (const auto& [set, text] : point.set) {
        if (set != path || axis.seeds) continue;
        throw CommandError(
            invalid,
            fmt::format("--set {0}={1}: axis '{2}' of the sweep sets {0} in every run; set the axis: "
                        "--set sweep.{2}.{3}=...",
                        path, value, axis.name, axis.form));
      }
    }
  }
}

}  // namespace

void PipelineArguments::add_to(CLI::App& app) {
  app.add_option("FILE", file, "The pipeline, a YAML file")->required();
  add_options_to(app);
}

void PipelineArguments::add_options_to(CLI::App& app) {
  app.add_option("--set", set, "Set a parameter, e.g. --set train.steps=100; may be given several times")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  app.add_option("--device", device, "cpu | cuda | cuda:N | auto, instead of the file's")->type_name("D");
  app.add_option("--threads", threads, "Threads within an operation, instead of the file's (default 1)")
      ->type_name("N")
      ->check(Whole{1, 4096});
  plugins.add_to(app);
}

PipelineOptions PipelineArguments::options() const {
  PipelineOptions options;
  for (const std::string& setting : set) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw CommandError(
          invalid, fmt::format("--set {}: write it as PATH=VALUE, e.g. --set train.steps=100", setting));
    options.set.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  options.device = device;
  options.threads = threads;
  options.resolved = resolved;
  return options;
}

Graph PipelineArguments::read() const {
  const std::filesystem::path path = existing_file(file);
  const Registry registry = plugins.registry(path);
  return read(registry).graph();
}

Experiment PipelineArguments::read(const Registry& registry) const {
  const PipelineOptions given = options();
  Experiment experiment(file, registry, given);
  for (const auto& [name, value] : given.set) refuse_swept(name, value, experiment.graph());
  return experiment;
}

CLI::Option* add_format(CLI::App& app, std::string& format, const std::vector<std::string>& choices) {
  return app
      .add_option("--format", format, fmt::format("{} (default {})", fmt::join(choices, " | "), format))
      ->type_name("F")
      ->check(CLI::IsMember(choices));
}

}  // namespace weir::tools
