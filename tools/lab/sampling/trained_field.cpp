// tools/lab/sampling/trained_field.cpp -- a trained field of a record: who trained it on what, and who followed it.
#include "trained_field.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include <weir/record/data/dotted_path.hpp>
#include <weir/text/shell_word.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace {

using nlohmann::json;

bool leads_to(const Graph& graph, const std::string& from, const GraphNode& trainer,
              std::set<std::string>& seen) {
  if (from == trainer.path) return true;
  if (!seen.insert(from).second || graph.node(from)->schema.kind == "trainer") return false;
  for (const auto& [port, ends] : graph.node(from)->ports)
    for (const auto& [key, link] : ends)
      if (leads_to(graph, link.node, trainer, seen)) return true;
  return false;
}

const Link* drawn_through(const Graph& graph, const GraphNode& node, const std::string& end,
                          std::set<std::string>& seen) {
  if (!seen.insert(node.path).second) return nullptr;
  if (const Link* source = end_of(node, end)) return source;
  for (const auto* port : {"coupling", "pairs", "start", "of"})
    if (const Link* link = end_of(node, port))
      if (const Link* found = drawn_through(graph, *graph.node(link->node), end, seen)) return found;
  return nullptr;
}

}  // namespace

void refuse(const RecordedRun& record, const std::string& why) {
  throw CommandError(invalid, fmt::format("{}: {}", record.file().string(), why));
}

const Link* end_of(const GraphNode& node, const std::string& port) {
  const auto found = node.ports.find(port);
  return found == node.ports.end() || found->second.empty() ? nullptr : &found->second.front().second;
}

const GraphNode& trainer_of(const Graph& graph, const RecordedRun& record, const std::string& name) {
  std::vector<std::string> names;
  for (const GraphNode& node : graph.nodes)
    if (node.schema.kind == "trainer" && end_of(node, "model")) names.push_back(node.path);
  if (!name.empty() && !std::ranges::count(names, name))
    refuse(record, fmt::format("there is no trained field '{}'{}; there are: {}", name,
                               suggestion(name, names), fmt::join(names, ", ")));
  if (names.empty()) refuse(record, "it has no trainer with a model, of which new samples could be drawn");
  if (name.empty() && names.size() > 1)
    refuse(record,
           fmt::format("it has several trained fields: {}; name one: weir sample {}:{}",
                       fmt::join(names, ", "), path_word(record.file().string()), shell_word(names.back())));
  return *graph.node(name.empty() ? names.front() : name);
}

const GraphNode* flow_of(const Graph& graph, const GraphNode& trainer) {
  for (const GraphNode& node : graph.nodes) {
    const Link* field = end_of(node, "field");
    if (node.schema.kind != "integrator" || !field) continue;
    std::set<std::string> seen;
    if (end_of(node, "start")) seen.insert(end_of(node, "start")->node);
    if (leads_to(graph, field->node, trainer, seen)) return &node;
  }
  return nullptr;
}

const Link* drawn_from(const Graph& graph, const GraphNode& trainer, const std::string& end) {
  std::set<std::string> seen;
  const Link* objective = end_of(trainer, "objective");
  return drawn_through(graph, objective ? *graph.node(objective->node) : trainer, end, seen);
}

const GraphNode* scaled_data(const Graph& graph, const GraphNode& trainer) {
  for (const Link* link = drawn_from(graph, trainer, "target"); link;) {
    const GraphNode& node = *graph.node(link->node);
    if (node.plugin == "source/scaled") return &node;
    link = end_of(node, "of");
  }
  return nullptr;
}

std::string which_of(const RecordedRun& record, const GraphNode* flow, const GraphNode& trainer) {
  if (flow) {
    const Link& field = *end_of(*flow, "field");
    return field.node == trainer.path ? field.output : "field";
  }
  const std::string averages = record_path(trainer.path) + "/ema_params/";
  const bool there = std::ranges::any_of(record.datasets(), [&](const json& dataset) {
    return dataset.at("path").get<std::string>().starts_with(averages);
  });
  const json& params = trainer.params;
  const bool settled = params.value("ema_warmup", false) ||
                       params.value("steps", 0.0) * (1 - params.value("ema_decay", 0.0)) >= 3;
  return there && settled ? "ema" : "field";
}

std::vector<std::string> columns_of(const Graph& recorded, const RecordedRun& record,
                                    const std::string& trainer) {
  for (const Link* link = drawn_from(recorded, trainer_of(recorded, record, trainer), "target"); link;) {
    if (auto names = record.names(link->node, "column_names"); !names.empty()) return names;
    link = end_of(*recorded.node(link->node), "of");
  }
  return {};
}

}  // namespace weir::tools
