// tools/lab/records/carried.cpp -- checkpoints beside a record, and what their nodes depend on, then and now.
#include "carried.hpp"

#include <algorithm>

#include <optional>
#include <set>

#include <weir/front/sweep/named_files.hpp>
#include <weir/record/data/computation.hpp>
#include <weir/record/reader.hpp>

namespace weir::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Node names of all checkpoints of this run; nothing if one is another's, or is none.
std::optional<std::vector<std::string>> checkpoints_of(const fs::path& record) {
  std::vector<std::string> nodes;
  const std::string run_id = Reader(record).attribute("/", "run_id");
  for (const auto& entry : fs::directory_iterator(record.string() + ".checkpoint")) {
    const Reader checkpoint(entry.path());
    if (checkpoint.text("/run_id") != run_id) return std::nullopt;
    nodes.push_back(checkpoint.text("/node"));
  }
  return nodes;
}

// The names at the top of all that a node's numbers follow from, its own and those of its inline nodes among them.
void add_sources(const Graph& graph, const std::string& path, std::set<std::string>& tops) {
  const GraphNode* node = graph.node(path);
  while (node && !node->parent.empty()) node = graph.node(node->parent);
  if (!node || !tops.insert(node->path).second) return;
  const std::string top = node->path;
  for (const GraphNode& each : graph.nodes) {
    if (each.path != top && !each.path.starts_with(top + ".")) continue;
    for (const auto& [port, links] : each.ports)
      for (const auto& [name, link] : links) add_sources(graph, link.node, tops);
  }
}

// That part of a pipeline.
Json part_of(const Json& resolved, const Graph& graph, const std::set<std::string>& tops) {
  Json part = Json::object();
  const auto take = [](const Json& from, const std::string& key, Json& to) {
    if (const auto found = from.find(key); found != from.end()) to[key] = *found;
  };
  for (const char* key : {"seed", "device", "dtype", "threads"}) take(resolved, key, part);
  part["nodes"] = Json::object();
  for (const std::string& top : tops) take(resolved.value("nodes", Json::object()), top, part["nodes"]);
  part["files"] = Json::object();
  for (const GraphNode& node : graph.nodes) {
    const bool within = std::ranges::any_of(
        tops, [&](const std::string& top) { return node.path == top || node.path.starts_with(top + "."); });
    if (!within) continue;
    for (const auto& [file, digest] : named_files(node))
      take(resolved.value("files", Json::object()), file, part["files"]);
  }
  return part;
}

}  // namespace

std::vector<std::string> carried_nodes(const RecordState& state, const fs::path& file, const Json& resolved,
                                       const Graph& graph) {
  const bool unfinished = state.status != "finished" && state.status != "salvaged";
  std::error_code error;
  if (!state.is_record || state.locked || !unfinished ||
      !fs::is_directory(file.string() + ".checkpoint", error))
    return {};
  try {
    const Json before = Json::parse(state.resolved_json);
    const auto nodes = checkpoints_of(file);
    if (!nodes || !before.is_object()) return {};
    for (const std::string& path : *nodes) {
      if (!graph.node(path)) return {};
      std::set<std::string> tops;
      add_sources(graph, path, tops);
      if (!same_computation(part_of(before, graph, tops), part_of(resolved, graph, tops))) return {};
    }
    return *nodes;
  } catch (const std::exception&) {  // damaged: it is refused as before
    return {};
  }
}

}  // namespace weir::tools
