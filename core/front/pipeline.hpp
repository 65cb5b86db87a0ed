// core/front/pipeline.hpp -- from a YAML file and a registry to a checked graph.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/plugins/trust.hpp>

namespace weir {

// Reads, merges (`extends`, `vars`), applies `set` and checks a pipeline against the installed plugins. A file with a
// sweep gives the graph of its base values; the axes are in Graph::sweep. Throws InvalidPipeline with all faults.
Graph read_pipeline(const std::filesystem::path& file, const Registry& registry,
                    const PipelineOptions& options = {});

// The folders that a pipeline names under `plugins:`. Empty if the file cannot be read; read_pipeline says then why.
std::vector<NamedFolder> plugin_folders(const std::filesystem::path& file);

}  // namespace weir
