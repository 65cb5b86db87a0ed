// core/front/sweep/named_files.hpp -- the files that a pipeline's parameters name, by what is in them.
#pragma once

#include <map>
#include <string>

#include <weir/front/check/graph.hpp>

namespace weir {

// Path -> SHA-256 of each file that a parameter of the node names, and of the images in a folder, by name and content. Folders without
// images, and what cannot be read, are left out.
std::map<std::string, std::string> named_files(const GraphNode& node);

// resolved_json and, under `files`, the named files of all nodes: what a record keeps of its pipeline. Where two are equal,
// the same is computed.
nlohmann::json recorded_json(const Graph& graph);

}  // namespace weir
