// core/front/check/links.cpp -- what the ports say, resolved to nodes and outputs of the right kind.
#include <weir/front/check/check.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;

bool recordable(const OutputSchema& output) { return output.kind == "tensor" || output.kind == "trace"; }

std::vector<std::string> outputs_of(const GraphNode& node, const std::string& kind = "") {
  std::vector<std::string> names;
  for (const OutputSchema& output : node.schema.outputs) {
    if (kind.empty() || output.kind == kind) names.push_back(output.name);
  }
  return names;
}

std::vector<std::string> children_of(const Graph& graph, const GraphNode& node) {
  std::vector<std::string> names;
  for (const GraphNode& other : graph.nodes) {
    if (other.parent == node.path) names.push_back(other.path.substr(node.path.size() + 1));
  }
  return names;
}

// W301: no node of this name. At the top level only the first part of the text is looked at.
Fault unknown_node(const Draft& draft, const yaml::Node& value, const std::string& who) {
  const std::string first = split_path(value.text).front();
  std::vector<std::string> tops;
  for (const GraphNode& node : draft.graph.nodes) {
    if (node.parent.empty()) tops.push_back(node.path);
  }
  std::sort(tops.begin(), tops.end());
  Fault fault =
      value_fault("W301", value, "unknown node " + quote(first) + who, wording::did_you_mean(first, tops));
  if (tops.size() <= 12) fault.notes.push_back("nodes: " + wording::listed(tops));
  return fault;
}

// W302: the node has no such output.
Fault unknown_output(const Draft& draft, const yaml::Node& value, const GraphNode& node,
                     const std::string& rest) {
  auto names = outputs_of(node);
  const auto children = children_of(draft.graph, node);
  const auto outputs = names;
  names.insert(names.end(), children.begin(), children.end());
  Fault fault = value_fault(
      "W302", value, "node " + quote(node.path) + " (" + node.plugin + ") has no output " + quote(rest),
      wording::did_you_mean(rest, names));
  fault.notes.push_back(outputs.empty() ? node.plugin + " has no outputs"
                                        : "outputs: " + wording::listed(outputs));
  return fault;
}

class Resolver {
 public:
  explicit Resolver(Draft& draft) : draft_(draft) {}

  void resolve(const Unresolved& link) {
    GraphNode* node = draft_.node(link.node);
    if (draft_.is_broken(link.value.text) || !node) return;
    const PortSchema& port = *node->schema.port(link.port);
    const auto [other, rest] = draft_.graph.locate(link.value.text);
    const std::string who = " (port " + quote(link.port) + " of node " + quote(link.node) + ")";
    if (!other) {
      Fault fault = unknown_node(draft_, link.value, who);
      if (is_plugin(port, link.value.text))
        fault.remedy = fmt::format("that is a plugin; write {}: {{plugin: {}}}", port.name, link.value.text);
      else if (!port.fallback.empty())
        add_plugins(fault, port, link.value.text);
      return draft_.faults.push_back(fault);
    }
    const OutputSchema* output = nullptr;
    if (!rest.empty()) {
      output = other->schema.output(rest);
      if (!output) return draft_.faults.push_back(unknown_output(draft_, link.value, *other, rest));
      if (output->kind != port.kind)
        return wrong_kind(*node, port, link, *other,
                          quote(other->path + "." + rest) + " is " + wording::with_article(output->kind));
    } else if (other->schema.kind != port.kind) {
      const auto fitting = outputs_of(*other, port.kind);
      if (fitting.empty())
        return wrong_kind(*node, port, link, *other,
                          quote(other->path) + " is " + wording::with_article(other->schema.kind) + " (" +
                              other->plugin + ")");
      if (fitting.size() > 1) return several(*node, port, link, *other, fitting);
      output = other->schema.output(fitting.front());
    }
    // What an output has is known at plan, to plan_facets of core/facet.hpp.
    if (!output && !has_facets(*node, port, link, *other)) return;
    node->ports[port.name].emplace_back(link.name,
                                        Link{other->path, output ? output->name : "", link.value.place});
  }

 private:
  // Whether the word is a plugin that the port takes, by its bare name or its full one.
  bool is_plugin(const PortSchema& port, const std::string& word) const {
    const PluginSchema* named = draft_.registry.plugin(word);
    return draft_.registry.plugin(port.kind + "/" + word) || (named && named->kind == port.kind);
  }

  // A port with a default takes the bare name of a plugin too.
  void add_plugins(Fault& fault, const PortSchema& port, const std::string& word) const {
    std::vector<std::string> names = draft_.registry.names(port.kind);
    if (fault.remedy.empty()) fault.remedy = wording::did_you_mean(word, names);
    if (names.size() > 12) names.resize(12), names.push_back("...");
    fault.notes.push_back("plugins of kind " + port.kind + ": " + wording::listed(names));
  }

  Fault::Also other_end(const GraphNode& other) const {
    return {other.place, quote(other.path) + " is written here"};
  }

  void wrong_kind(const GraphNode& node, const PortSchema& port, const Unresolved& link,
                  const GraphNode& other, const std::string& what) {
    Fault fault = value_fault("W303", link.value,
                              "port " + quote(port.name) + " of " + owner(node) + " takes " +
                                  wording::with_article(port.kind) + ", and " + what);
    if (!link.child) fault.also.push_back(other_end(other));
    if (!port.fallback.empty() && draft_.registry.plugin(port.kind + "/" + link.value.text))
      fault.remedy = fmt::format("a node is called as the plugin is; write {}: {{plugin: {}}} for the plugin",
                                 port.name, link.value.text);
    std::vector<std::string> fitting;
    for (const GraphNode& candidate : draft_.graph.nodes) {
      if (candidate.path == node.path || !candidate.parent.empty()) continue;
      if (candidate.schema.kind == port.kind) fitting.push_back(candidate.path);
      for (const std::string& name : outputs_of(candidate, port.kind))
        fitting.push_back(candidate.path + "." + name);
    }
    std::sort(fitting.begin(), fitting.end());
    if (!fitting.empty() && fitting.size() <= 12)
      fault.notes.push_back("what fits: " + wording::listed(fitting));
    draft_.faults.push_back(fault);
  }

  void several(const GraphNode& node, const PortSchema& port, const Unresolved& link, const GraphNode& other,
               const std::vector<std::string>& fitting) {
    std::vector<std::string> full;
    for (const std::string& name : fitting) full.push_back(other.path + "." + name);
    Fault fault = value_fault("W306", link.value,
                              "port " + quote(port.name) + " of " + owner(node) + " takes " +
                                  wording::with_article(port.kind) + ", and " + quote(other.path) + " (" +
                                  other.plugin + ") gives several",
                              "write " + wording::either(full));
    draft_.faults.push_back(fault);
  }

  // "metric/kl needs a log density; source/idx has none"
  bool has_facets(const GraphNode& node, const PortSchema& port, const Unresolved& link,
                  const GraphNode& other) {
    for (const std::string& need : port.needs) {
      const auto& has = other.schema.facets;
      if (std::find(has.begin(), has.end(), need) != has.end()) continue;
      const std::string what = wording::facet(need);
      Fault fault =
          value_fault("W304", link.value, node.plugin + " needs " + what + "; " + other.plugin + " has none");
      if (!link.child) fault.also.push_back(other_end(other));
      std::vector<std::string> able;
      for (const PluginSchema& schema : draft_.registry.plugins()) {
        const auto& has_too = schema.facets;
        if (std::find(has_too.begin(), has_too.end(), need) != has_too.end()) able.push_back(schema.id());
      }
      if (!able.empty()) fault.notes.push_back("plugins with " + what + ": " + wording::listed(able));
      draft_.faults.push_back(fault);
      return false;
    }
    return true;
  }

  Draft& draft_;
};

}  // namespace

void resolve_links(Draft& draft) {
  Resolver resolver(draft);
  for (const Unresolved& link : draft.links) resolver.resolve(link);
}

const OutputSchema* named_output(const std::string& path, const Place& place, Draft& draft) {
  if (draft.is_broken(path)) return nullptr;
  yaml::Node value;
  value.type = yaml::Node::Type::scalar;
  value.text = path;
  value.place = place;
  const auto [node, rest] = draft.graph.locate(path);
  if (!node) {
    draft.faults.push_back(unknown_node(draft, value, ""));
    return nullptr;
  }
  // One of a set of traces, train.terms/kl: which there are is known in plan.
  const auto slash = rest.find('/');
  const bool member = slash != std::string::npos && slash + 1 < rest.size();
  const OutputSchema* output = rest.empty() ? nullptr : node->schema.output(rest.substr(0, slash));
  if (output && (member ? output->kind == "traces" : recordable(*output))) return output;
  if (!rest.empty() && !output) {
    draft.faults.push_back(unknown_output(draft, value, *node, rest));
    return nullptr;
  }
  std::vector<std::string> numbers;
  for (const OutputSchema& each : node->schema.outputs) {
    if (recordable(each)) numbers.push_back(node->path + "." + each.name);
    if (each.kind == "traces") numbers.push_back(node->path + "." + each.name + "/NAME");
  }
  const std::string what = output ? wording::with_article(output->kind) : "a node";
  draft.fault(
      "W402", place, "this names a number of the run, and " + quote(path) + " is " + what, "",
      {numbers.empty() ? quote(node->path) + " gives no numbers" : "numbers: " + wording::listed(numbers)});
  return nullptr;
}

}  // namespace weir::check
