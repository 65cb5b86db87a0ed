// tools/cli/arguments/recorded_pipeline.cpp -- the pipeline of a recorded run, to be run again.
#include "recorded_pipeline.hpp"

#include <fmt/format.h>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

// The pipeline is in a file of ours; what is missing is better said of the record.
void require_plugins(const RecordedRun& record, const Registry& registry) {
  std::string missing;
  for (const RecordedRun::Plugin& plugin : record.plugins())
    if (registry.plugin(plugin.name) == nullptr)
      missing += fmt::format("\n  {} from {}", plugin.name, plugin.file);
  if (!missing.empty())
    throw CommandError(invalid,
                       fmt::format("{} was made with plugins that are not found; name their folders with "
                                   "--plugin-path:{}",
                                   record.file().string(), missing));
}

}  // namespace

Graph read_recorded(const RecordedRun& record, const TemporaryFolder& folder, PipelineArguments& arguments) {
  const auto file = folder.write("recorded.yaml", record.resolved());
  const Registry registry = arguments.plugins.registry(file);
  require_plugins(record, registry);
  arguments.resolved = true;
  Graph whole = read_pipeline(file, registry, {.resolved = true});
  whole.sweep.clear();
  whole.expect.clear();
  whole.compare.clear();
  arguments.file = folder.write(whole.name + ".yaml", resolved_yaml(whole));
  return arguments.read(registry).graph();
}

}  // namespace weir::tools
