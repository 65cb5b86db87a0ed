// core/front/check/graph.cpp -- a checked graph written out again, every default filled in.
#include <weir/front/check/graph.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include <weir/front/check/judged_keys.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

Json node_json(const Graph& graph, const GraphNode& node);

Json end_json(const Graph& graph, const GraphNode& node, const PortSchema& port, const std::string& name,
              const Link& link) {
  const std::string child = node.path + "." + port.name + (name.empty() ? "" : "." + name);
  if (link.node == child) return node_json(graph, *graph.node(child));
  return link.output.empty() ? link.node : link.node + "." + link.output;
}

Json node_json(const Graph& graph, const GraphNode& node) {
  Json j = Json::object();
  j["plugin"] = node.plugin;
  for (const ParamSchema& param : node.schema.params) {
    const auto& value = node.params.at(param.name);
    if (!value.is_null()) j[param.name] = value;
  }
  for (const PortSchema& port : node.schema.ports) {
    const auto found = node.ports.find(port.name);
    if (found == node.ports.end()) continue;
    for (const auto& [name, link] : found->second) {
      (port.map ? j[port.name][name] : j[port.name]) = end_json(graph, node, port, name, link);
    }
  }
  if (node.seed) j["seed"] = *node.seed;
  if (!node.record.is_null()) j["record"] = node.record;
  if (node.timeout > 0) j["timeout"] = node.timeout;
  if (!node.note.empty()) j["note"] = node.note;
  return j;
}

// Marks a string that is YAML flow text already and is written as it is.
const std::string raw_mark = std::string(1, '\x01');

Json raw(const std::string& yaml) { return raw_mark + yaml; }

Json axis_json(const SweepAxis& axis) {
  if (axis.form == "count" || axis.seeds) return {{"count", axis.points.size()}};
  const auto& first = axis.points.front().set;
  Json j = Json::object();
  if (axis.form == "values") {
    for (const auto& [path, value] : first) j["set"].push_back(path);
    for (const auto& point : axis.points) j["values"].push_back(raw(point.set.front().second));
  } else if (axis.form == "zip") {
    for (std::size_t k = 0; k < first.size(); ++k) {
      for (const auto& point : axis.points) j["zip"][first[k].first].push_back(raw(point.set[k].second));
    }
  } else {
    for (const auto& point : axis.points) {
      j["cases"][point.label] = Json::object();
      for (const auto& [path, value] : point.set) j["cases"][point.label][path] = raw(value);
    }
  }
  return j;
}

// The pipeline as one would write it.
Json pipeline_json(const Graph& graph) {
  Json j = {{"name", graph.name},
            {"seed", graph.seed},
            {"device", graph.device},
            {"dtype", graph.dtype},
            {"threads", graph.threads}};
  if (!graph.plugins.empty()) j["plugins"] = graph.plugins;
  std::vector<const GraphNode*> tops;
  for (const GraphNode& node : graph.nodes) {
    if (node.parent.empty()) tops.push_back(&node);
  }
  // In the file's order, so that reading it again orders the nodes in the same way.
  std::sort(tops.begin(), tops.end(),
            [](const GraphNode* a, const GraphNode* b) { return a->declared < b->declared; });
  for (const GraphNode* node : tops) j["nodes"][node->path] = node_json(graph, *node);
  for (const SweepAxis& axis : graph.sweep) j["sweep"][axis.name] = axis_json(axis);
  for (const Reported& reported : graph.report) j["report"][reported.what] = reported.reduction;
  if (!graph.expect.empty() || !graph.compare.empty()) j["error_rate"] = graph.error_rate;
  for (const Expectation& expected : graph.expect) j["expect"].push_back(json_of(expected, expect_keys()));
  for (const ExpectedOrder& comparison : graph.compare)
    j["compare"].push_back(json_of(comparison, compare_keys()));
  return j;
}

// Text that a YAML reader could take for something else goes in quotes.
std::string scalar_text(const Json& value) {
  if (!value.is_string()) {
    if (value.is_number_float()) return fmt::format("{}", value.get<double>());
    return value.dump();
  }
  const std::string text = value.get<std::string>();
  if (text.starts_with(raw_mark)) return text.substr(1);
  const bool word =
      !text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-") ==
          std::string::npos;
  const bool letter = word && (std::isalpha(static_cast<unsigned char>(text.front())) ||
                               text.front() == '_' || text.front() == '/');
  static const std::vector<std::string> taken = {"true", "false", "null", "yes",  "no",
                                                 "on",   "off",   "True", "False"};
  const bool plain =
      letter && text.back() != ':' && std::find(taken.begin(), taken.end(), text) == taken.end();
  return plain ? text : value.dump();
}

std::string flow(const Json& value) {
  std::string text;
  if (value.is_array()) {
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + flow(item);
    return "[" + text + "]";
  }
  if (value.is_object()) {
    for (const auto& [key, item] : value.items())
      text += (text.empty() ? "" : ", ") + scalar_text(key) + ": " + flow(item);
    return "{" + text + "}";
  }
  return scalar_text(value);
}

void write(std::string& out, const Json& map, int level) {
  for (const auto& [key, value] : map.items()) {
    const std::string head = std::string(2 * level, ' ') + scalar_text(key) + ":";
    const std::string line = head + " " + flow(value) + "\n";
    const bool short_map = value.is_object() && level > 1 && line.size() <= 110;
    const bool list_of_maps = value.is_array() && !value.empty() && value.front().is_object();
    if (value.is_object() && !value.empty() && !short_map) {
      out += head + "\n";
      write(out, value, level + 1);
    } else if (list_of_maps) {
      out += head + "\n";
      for (const Json& item : value) out += std::string(2 * level + 2, ' ') + "- " + flow(item) + "\n";
    } else {
      out += line;
    }
  }
}

// Raw values as JSON.
void parse_raw(Json& value) {
  if (value.is_string() && value.get<std::string>().starts_with(raw_mark)) {
    Faults none;
    const auto node = yaml::read_value(value.get<std::string>().substr(1), {}, none);
    value = node ? Json(yaml::to_json(*node)) : Json();
  } else if (value.is_structured()) {
    for (auto& item : value) parse_raw(item);
  }
}

}  // namespace

std::string resolved_yaml(const Graph& graph) {
  std::string out;
  write(out, pipeline_json(graph), 0);
  return out;
}

nlohmann::json resolved_json(const Graph& graph) {
  Json j = pipeline_json(graph);
  parse_raw(j);
  return nlohmann::json::parse(j.dump());
}

}  // namespace weir
