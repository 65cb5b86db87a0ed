// core/front/pipeline.hpp -- from a YAML file and a registry to a checked graph.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/check/graph.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/plugins/trust.hpp>

namespace weir {

struct PipelineOptions {
  std::vector<std::pair<std::string, std::string>>
      set;             // --set path=value, in order; values are YAML scalars
  std::string device;  // --device, "" = as the file says
  int threads = 0;     // --threads, 0 = as the file says
};

// Reads, merges (`extends`, `vars`), applies `set` and checks a pipeline against the installed plugins. A file with a
// sweep gives the graph of its base values; the axes are in Graph::sweep. Throws InvalidPipeline with all faults.
Graph read_pipeline(const std::filesystem::path& file, const Registry& registry,
                    const PipelineOptions& options = {});

// The folders that a pipeline names under `plugins:`. Empty if the file cannot be read; read_pipeline says then why.
std::vector<NamedFolder> plugin_folders(const std::filesystem::path& file);

// One run of a sweep: the point taken on each axis.
struct Combination {
  std::string run;                                       // "sigma=0.05,steps=9": the run file's stem
  std::vector<std::pair<std::string, std::string>> set;  // what it sets, to append to PipelineOptions::set
  std::vector<std::pair<std::string, nlohmann::json>> axes;  // axis -> value, in the order of declaration
};

// Every combination of the axes, the last axis fastest. A file without a sweep has one combination with empty fields.
std::vector<Combination> combinations(const Graph& graph);

// The key under which a node's result may be shared: a hash (32 hex digits) of plugin library, resolved parameters and what is in
// the files they name, keys of its inputs, path, seed, device, dtype and threads. Equal keys mean equal results, bit for bit.
std::string node_key(const Graph& graph, const std::string& node);

}  // namespace weir
