// tools/cli/recorded_pipeline.cpp -- the pipeline of a recorded run, to be run again.
#include "recorded_pipeline.hpp"

namespace weir::cli {

std::pair<Registry, Graph> read_recorded(const RecordedRun& record, const TemporaryFolder& folder,
                                         PipelineArguments& arguments) {
  const auto file = folder.write("recorded.yaml", record.resolved());
  Registry registry = arguments.plugins.registry(file);
  Graph whole = read_pipeline(file, registry);
  whole.sweep.clear();
  whole.expect.clear();
  whole.compare.clear();
  arguments.file = folder.write(whole.name + ".yaml", resolved_yaml(whole));
  Graph graph = arguments.read(registry);
  return {std::move(registry), std::move(graph)};
}

}  // namespace weir::cli
