// core/front/check/frozen.hpp -- the checked graph of one run as JSON: all that a runner reads.
//
// The program that checked a pipeline freezes each run's graph; the one that runs it reads nothing else, so that what becomes of
// the pipeline's files meanwhile changes nothing. Schemas are not frozen: libraries give them when they are opened. Their builds are,
// so that the loader refuses one that was rebuilt since.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir {

struct FrozenRun {
  Graph graph;                   // what is computed; its report, expect, compare and sweep are empty
  std::string resolved;          // the pipeline with every default, as resolved_yaml wrote it
  nlohmann::json recorded_json;  // as recorded_json (sweep/named_files.hpp) gave it
};

// `recorded`: the graph's recorded_json.
nlohmann::json frozen(const Graph& graph, const nlohmann::json& recorded);

// The schemas of the plugins in a library; throws what makes it unusable.
using SchemasOf = std::function<std::vector<PluginSchema>(const std::string& library)>;

// Throws std::runtime_error, with the remedy, if the text is no frozen graph of this version of Weir, or a plugin is gone from its
// library.
FrozenRun read_frozen(const std::string& text, const SchemasOf& schemas_of);

}  // namespace weir
