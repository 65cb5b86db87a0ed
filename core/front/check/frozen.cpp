// core/front/check/frozen.cpp -- the checked graph of one run as JSON.
#include <weir/front/check/frozen.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <stdexcept>

namespace weir {
namespace {

using Json = nlohmann::json;

constexpr const char* version = "1.0";

Json place_json(const Place& place) { return {place.file, place.line, place.column, place.length}; }

Place place_of(const Json& j) { return {j.at(0), j.at(1), j.at(2), j.at(3)}; }

Json node_json(const GraphNode& node) {
  Json ports = Json::object(), places = Json::object();
  for (const auto& [port, links] : node.ports) {
    ports[port] = Json::array();
    for (const auto& [name, link] : links)
      ports[port].push_back({name, link.node, link.output, place_json(link.place)});
  }
  for (const auto& [key, place] : node.places) places[key] = place_json(place);
  Json j = {{"path", node.path},
            {"plugin", node.plugin},
            {"parent", node.parent},
            {"library", node.schema.library},
            {"build_id", node.schema.build_id},
            {"params", node.params},
            {"ports", ports},
            {"places", places},
            {"place", place_json(node.place)},
            {"declared", node.declared},
            {"record", node.record},
            {"timeout", node.timeout},
            {"note", node.note}};
  if (node.seed) j["seed"] = *node.seed;
  return j;
}

// With the build that was frozen: the loader refuses another one when it makes the node.
PluginSchema schema_of(const std::string& plugin, const std::string& library, const std::string& build_id,
                       const SchemasOf& schemas_of) {
  for (PluginSchema& schema : schemas_of(library)) {
    if (schema.id() != plugin) continue;
    schema.build_id = build_id;
    return std::move(schema);
  }
  throw std::runtime_error(fmt::format(
      "{} is no longer in {}; give the same command again to look for it elsewhere", plugin, library));
}

GraphNode node_of(const Json& j, const SchemasOf& schemas_of) {
  GraphNode node;
  node.path = j.at("path");
  node.plugin = j.at("plugin");
  node.parent = j.at("parent");
  node.schema = schema_of(node.plugin, j.at("library"), j.at("build_id"), schemas_of);
  node.params = j.at("params");
  for (const auto& [port, links] : j.at("ports").items()) {
    auto& ends = node.ports[port];
    for (const Json& link : links)
      ends.emplace_back(link.at(0), Link{link.at(1), link.at(2), place_of(link.at(3))});
  }
  for (const auto& [key, place] : j.at("places").items()) node.places[key] = place_of(place);
  node.place = place_of(j.at("place"));
  node.declared = j.at("declared");
  node.record = j.at("record");
  node.timeout = j.at("timeout");
  node.note = j.at("note");
  if (j.contains("seed")) node.seed = j.at("seed").get<std::uint64_t>();
  return node;
}

}  // namespace

Json frozen(const Graph& graph, const Json& recorded) {
  Json nodes = Json::array();
  for (const GraphNode& node : graph.nodes) nodes.push_back(node_json(node));
  return {{"weir_graph", version},
          {"name", graph.name},
          {"file", graph.file},
          {"seed", graph.seed},
          {"device", graph.device},
          {"dtype", graph.dtype},
          {"threads", graph.threads},
          {"nodes", nodes},
          {"main_trace", graph.main_trace},
          {"source", graph.source},
          {"resolved", resolved_yaml(graph)},
          {"recorded_json", recorded}};
}

FrozenRun read_frozen(const std::string& text, const SchemasOf& schemas_of) {
  const Json j = Json::parse(text, nullptr, false);
  if (!j.is_object() || j.value("weir_graph", "") != version)
    throw std::runtime_error(
        "this is not the graph of a run as this version of Weir freezes it; start runs by `weir run FILE`");
  FrozenRun run;
  Graph& graph = run.graph;
  graph.name = j.at("name");
  graph.file = j.at("file");
  graph.seed = j.at("seed");
  graph.device = j.at("device");
  graph.dtype = j.at("dtype");
  graph.threads = j.at("threads");
  for (const Json& node : j.at("nodes")) graph.nodes.push_back(node_of(node, schemas_of));
  graph.main_trace = j.at("main_trace");
  graph.source = j.at("source");
  run.resolved = j.at("resolved");
  run.recorded_json = j.at("recorded_json");
  return run;
}

}  // namespace weir
