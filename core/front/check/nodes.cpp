// core/front/check/nodes.cpp -- nodes and inline nodes of a pipeline: plugin, parameters, and what the ports say.
#include <weir/front/check/check.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/check/accepted.hpp>
#include <weir/front/check/unknown_plugin.hpp>
#include <weir/front/check/value.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/spelled_number.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

constexpr int most_nested = 16;  // inline nodes in inline nodes; default plugins could go on for ever

class NodeReader {
 public:
  NodeReader(Draft& draft, const Node& nodes) : draft_(draft), nodes_(nodes) {}

  // `kind` is the port's for an inline node, "" at the top. Children come into the graph before their parent.
  void read(const std::string& path, const std::string& parent, const std::string& kind, const Node& value,
            const Place& place, int level = 0) {
    const Entry* plugin = value.find("plugin");
    if (!value.is_map()) {
      return broken(
          path, "W121", value.place,
          "node " + quote(path) + " must be a map such as {plugin: kind/name}, not " + yaml::describe(value));
    }
    if (!plugin)
      return broken(path, "W202", place, "node " + quote(path) + " names no plugin",
                    std::string("write plugin: ") + (kind.empty() ? "kind/name" : "name"));
    if (level > most_nested)
      return broken(path, "W110", place,
                    fmt::format("inline nodes may nest {} levels deep, and this is deeper", most_nested));
    const bool interface = kind != "tensor" && kind != "trace";
    const std::string id = plugin_id(value, interface ? kind : "");
    const PluginSchema* schema = draft_.registry.plugin(id);
    if (!schema) {
      draft_.broken.insert(path);
      draft_.faults.push_back(unknown_plugin(draft_.registry, plugin->value, interface ? kind : "", path));
      return;
    }
    GraphNode node;
    node.path = path;
    node.plugin = schema->id();
    node.parent = parent;
    node.schema = *schema;
    node.place = place;
    for (const Entry& entry : value.entries)
      node.places[entry.key] =
          entry.value.is_map() || entry.value.is_list() ? entry.place : entry.value.place;
    read_reserved(value, node, draft_);
    read_params(node, value);
    unknown_keys(node, value);
    read_ports(node, value, level);
    node.declared = static_cast<int>(draft_.graph.nodes.size());
    draft_.graph.nodes.push_back(std::move(node));
  }

 private:
  void broken(const std::string& path, const std::string& code, const Place& place,
              const std::string& message, const std::string& remedy = "") {
    draft_.broken.insert(path);
    draft_.fault(code, place, message, remedy);
  }

  void read_params(GraphNode& node, const Node& value) {
    for (const ParamSchema& param : node.schema.params) {
      const Entry* entry = value.find(param.name);
      if (entry) {
        const auto parsed = parse_value(entry->value, param, owner(node), draft_.faults);
        node.params[param.name] = parsed ? *parsed : param.fallback;
      } else if (param.required) {
        draft_.fault("W204", node.place, "missing parameter " + quote(param.name) + " of " + owner(node),
                     "write " + param.name + ": " + example(param),
                     {param.name + ": " + accepts(param) + dash(param.description)});
      } else {
        node.params[param.name] = param.fallback;
      }
    }
  }

  static std::string dash(const std::string& description) {
    return description.empty() ? "" : " -- " + description;
  }
  static std::string example(const ParamSchema& param) {
    if (param.type == ParamType::draw) return "fresh, or " + param.name + ": {fixed: N}";
    return param.type == ParamType::choice && !param.choices.empty() ? param.choices.front() : "...";
  }

  void unknown_keys(const GraphNode& node, const Node& value) {
    std::vector<std::string> valid;
    for (const ParamSchema& param : node.schema.params) valid.push_back(param.name);
    for (const PortSchema& port : node.schema.ports) valid.push_back(port.name);
    std::vector<std::string> known = valid;
    known.insert(known.end(), reserved_keys.begin(), reserved_keys.end());
    for (const Entry& entry : value.entries) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      const std::string more = "more: weir show " + node.plugin;
      const std::string listed = valid.empty() ? "none" : wording::listed(valid);
      const std::string split = split_number_remedy(value, entry.key);
      draft_.fault("W203", entry.place, "unknown parameter " + quote(entry.key) + " of " + owner(node),
                   split.empty() ? wording::did_you_mean(entry.key, known) : split,
                   {valid.size() <= 12 ? "valid: " + listed + "        " + more : more});
    }
  }

  void read_ports(GraphNode& node, const Node& value, int level) {
    for (const PortSchema& port : node.schema.ports) {
      const Entry* entry = value.find(port.name);
      if (entry && port.map) {
        read_map_port(node, port, *entry, level);
      } else if (entry) {
        read_end(node, port, "", entry->value, entry->place, level);
      } else if (!port.fallback.empty()) {
        Node child;
        child.type = Node::Type::map;
        child.place = node.place;
        Node plugin = child;
        plugin.type = Node::Type::scalar;
        plugin.text = port.fallback;
        child.entries.push_back({"plugin", node.place, plugin});
        read_end(node, port, "", child, node.place, level);
      } else if (port.required) {
        draft_.fault("W205", node.place, "missing port " + quote(port.name) + " of " + owner(node),
                     "write " + port.name + ": " + with_what(port),
                     {port.name + ": takes " + wording::with_article(port.kind) + dash(port.description)});
      }
    }
  }

  // What could be written for a port that is missing.
  std::string with_what(const PortSchema& port) const {
    if (port.kind == "tensor" || port.kind == "trace") return "node.output";
    return "a node, or {plugin: name}";
  }

  void read_map_port(GraphNode& node, const PortSchema& port, const Entry& entry, int level) {
    if (!entry.value.is_map() || entry.value.find("plugin")) {
      draft_.faults.push_back(
          value_fault("W206", entry.value,
                      "port " + quote(port.name) + " of " + owner(node) +
                          " holds several by name, such as {first: {plugin: name}}, not " +
                          (entry.value.is_map() ? "a single one" : yaml::describe(entry.value))));
      return;
    }
    for (const Entry& one : entry.value.entries) {
      if (!wording::is_name(one.key)) {
        draft_.fault("W122", one.place,
                     "the name of a node is made of letters, digits and _, unlike " + quote(one.key));
        continue;
      }
      read_end(node, port, one.key, one.value, one.place, level);
    }
  }

  void read_end(GraphNode& node, const PortSchema& port, const std::string& name, const Node& value,
                const Place& place, int level) {
    const std::string here = node.path + "." + port.name + (name.empty() ? "" : "." + name);
    if (value.is_scalar() && !nodes_.find(value.text) && !draft_.is_broken(value.text)) {
      if (const auto meant = plugin_of_word(value, port, draft_.registry))
        return read_end(node, port, name, *meant, place, level);
    }
    if (value.is_map()) {
      if (const OutputSchema* output = node.schema.output(port.name)) {
        draft_.broken.insert(here);
        return draft_.fault(
            "W307", place,
            quote(node.path + "." + output->name) + " is already the name of an output of " + node.plugin,
            "give the inline node a name of its own under 'nodes:'");
      }
      read(here, node.path, port.kind, value, place, level + 1);
      Node link;
      link.type = Node::Type::scalar;
      link.text = here;
      const Entry* plugin = value.find("plugin");
      link.place = plugin ? plugin->value.place : place;
      draft_.links.push_back({node.path, port.name, name, link, true});
    } else if (value.is_scalar()) {
      draft_.links.push_back({node.path, port.name, name, value, false});
    } else {
      draft_.wrong(value, "port " + quote(port.name) + " of " + owner(node) +
                              " takes the name of a node, one of its outputs, or {plugin: ...}");
    }
  }

  Draft& draft_;
  const Node& nodes_;  // those at the top
};

}  // namespace

void Draft::wrong(const yaml::Node& value, const std::string& message, const std::string& remedy) {
  faults.push_back(value_fault("W206", value, message + ", not " + yaml::describe(value), remedy));
}

GraphNode* Draft::node(const std::string& path) {
  for (GraphNode& node : graph.nodes) {
    if (node.path == path) return &node;
  }
  return nullptr;
}

bool Draft::is_broken(const std::string& path) const {
  return std::ranges::any_of(broken, [&](const std::string& node) { return is_within(path, node); });
}

void Draft::fault(std::string code, const Place& place, std::string message, std::string remedy,
                  std::vector<std::string> notes) {
  faults.push_back({std::move(code), place, std::move(message), std::move(remedy), std::move(notes), {}});
}

std::string owner(const GraphNode& node) { return node.plugin + " (node '" + node.path + "')"; }

void read_nodes(const Node& root, Draft& draft) {
  const Entry* nodes = root.find("nodes");
  if (!nodes) {
    // A misspelt 'nodes:' has been reported as an unknown key.
    const auto misspelt = [](const Entry& entry) { return !nearest(entry.key, {"nodes"}).empty(); };
    if (std::ranges::any_of(root.entries, misspelt)) return;
    return draft.fault("W121", root.place, "this pipeline has no 'nodes:'",
                       "write the parts of the experiment under 'nodes:'");
  }
  if (nodes->value.is_map() && nodes->value.entries.empty() && !draft.broken.empty())
    return;  // all of them use blocks that could not be written out
  if (!nodes->value.is_map() || nodes->value.entries.empty()) {
    return draft.fault(
        "W121", nodes->place,
        "'nodes' must be a map of named nodes, not " +
            std::string(nodes->value.is_map() ? "an empty one" : yaml::describe(nodes->value)));
  }
  NodeReader reader(draft, nodes->value);
  for (const Entry& entry : nodes->value.entries) {
    if (!is_node_path(entry.key)) {
      draft.broken.insert(entry.key);
      draft.fault("W122", entry.place,
                  "the name of a node is made of letters, digits and _, unlike " + quote(entry.key));
      continue;
    }
    reader.read(entry.key, "", "", entry.value, entry.place);
  }
}

}  // namespace weir::check
