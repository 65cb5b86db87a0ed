// core/front/document/set.cpp -- `--set path=value` and the points of a sweep, written into the tree.
#include <weir/front/document/document.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

void put(Node& map, const std::string& key, const Setting& setting) {
  if (Entry* entry = map.find(key)) {
    entry->place = setting.place;
    entry->value = setting.value;
  } else {
    map.entries.push_back({key, setting.place, setting.value});
  }
}

Node& create_map(Node& map, const std::string& key, const Place& place) {
  Node child;
  child.type = Node::Type::map;
  child.place = place;
  if (Entry* entry = map.find(key)) {
    entry->value = child;
    return entry->value;
  }
  map.entries.push_back({key, place, child});
  return map.entries.back().value;
}

// Walks from a node's map along the rest of the path.
class Walk {
 public:
  Walk(const Setting& setting, const Registry& registry, Faults& faults)
      : setting_(setting), registry_(registry), faults_(faults), parts_(split_path(setting.path)) {}

  void start(Node& nodes) {
    nodes_ = &nodes;
    // A node written out from a block has a name of several parts.
    std::size_t length = 1;
    for (std::size_t parts = parts_.size() - 1; parts > 1 && length == 1; --parts)
      if (nodes.find(path_to(parts))) length = parts;
    Entry* node = nodes.find(path_to(length));
    if (!node || parts_.size() < 2) {
      std::vector<std::string> names = {"seed", "device", "dtype", "threads"};
      for (const Entry& entry : nodes.entries) names.push_back(entry.key);
      if (node)
        return fault(quote(parts_[0]) + " is a node, and a value is set for one of its parameters",
                     "write " + parts_[0] + ".parameter");
      return fault("there is no node " + quote(parts_[0]) + " whose parameter could be set",
                   wording::did_you_mean(parts_[0], names));
    }
    if (node->value.find("use")) return in_block(node->value);
    in_node(node->value, "", length);
  }

 private:
  void fault(const std::string& message, const std::string& remedy) {
    faults_.push_back({"W127", setting_.place, message, remedy, {}, {}});
  }

  std::string path_to(std::size_t end) const {
    std::string path = parts_[0];
    for (std::size_t i = 1; i < end; ++i) path += "." + parts_[i];
    return path;
  }
  std::string rest_from(std::size_t begin) const {
    std::string path;
    for (std::size_t i = begin; i < parts_.size(); ++i) path += "." + parts_[i];
    return path;
  }

  // Keys of the use itself; anything deeper is set in the block's nodes when they are written out.
  void in_block(Node& node) {
    if (parts_.size() == 2) return put(node, parts_[1], setting_);
    Entry* set = node.find("set");
    put(set && set->value.is_map() ? set->value : create_map(node, "set", setting_.place),
        rest_from(1).substr(1), setting_);
  }

  void in_node(Node& node, const std::string& kind, std::size_t i) {
    if (!node.is_map()) return;  // the node itself is reported when it is read
    const std::string& key = parts_[i];
    if (i + 1 == parts_.size()) return put(node, key, setting_);
    const PluginSchema* schema = registry_.plugin(plugin_id(node, kind));
    if (!schema) return;  // likewise
    const PortSchema* port = schema->port(key);
    const ParamSchema* param = schema->param(key);
    Entry* entry = node.find(key);
    if (param && param->type == ParamType::draw && i + 2 == parts_.size()) {
      return put(entry && entry->value.is_map() ? entry->value : create_map(node, key, setting_.place),
                 parts_[i + 1], setting_);
    }
    if (!port) return no_port(*schema, param, i);
    if (entry && !nodes_->find(entry->value.text)) {
      if (auto meant = plugin_of_word(entry->value, *port, registry_)) entry->value = std::move(*meant);
    }
    if (entry && entry->value.is_scalar()) {
      return fault("port " + quote(key) + " of node " + quote(path_to(i)) + " is linked to " +
                       quote(entry->value.text),
                   "set " + entry->value.text + rest_from(i + 1));
    }
    if (port->map) return in_map_port(entry, *port, i + 1);
    if (entry) return in_node(entry->value, port->kind, i + 1);
    if (port->fallback.empty()) {
      return fault("port " + quote(key) + " of node " + quote(path_to(i)) +
                       " is not written and has no default plugin",
                   "");
    }
    Node& child = create_map(node, key, setting_.place);
    Node plugin;
    plugin.type = Node::Type::scalar;
    plugin.text = port->fallback;
    plugin.place = setting_.place;
    child.entries.push_back({"plugin", setting_.place, plugin});
    in_node(child, port->kind, i + 1);
  }

  void in_map_port(Entry* entry, const PortSchema& port, std::size_t i) {
    Entry* child = entry ? entry->value.find(parts_[i]) : nullptr;
    if (!child)
      return fault(
          "port " + quote(port.name) + " of node " + quote(path_to(i - 1)) + " holds no " + quote(parts_[i]),
          "");
    if (i + 1 == parts_.size()) return put(entry->value, parts_[i], setting_);
    if (child->value.is_scalar()) {
      return fault(quote(path_to(i + 1)) + " is linked to " + quote(child->value.text),
                   "set " + child->value.text + rest_from(i + 1));
    }
    in_node(child->value, port.kind, i + 1);
  }

  void no_port(const PluginSchema& schema, const ParamSchema* param, std::size_t i) {
    if (param)
      return fault("parameter " + quote(parts_[i]) + " of node " + quote(path_to(i)) + " has no parts",
                   "write " + path_to(i + 1));
    std::vector<std::string> ports;
    for (const PortSchema& port : schema.ports) ports.push_back(port.name);
    fault("node " + quote(path_to(i)) + " (" + schema.id() + ") has no port " + quote(parts_[i]),
          wording::did_you_mean(parts_[i], ports));
  }

  const Setting& setting_;
  const Registry& registry_;
  Faults& faults_;
  std::vector<std::string> parts_;
  Node* nodes_ = nullptr;
};

}  // namespace

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', from)) {
    parts.push_back(path.substr(from, dot - from));
    from = dot + 1;
  }
  parts.push_back(path.substr(from));
  return parts;
}

bool is_within(const std::string& path, const std::string& node) {
  return path.starts_with(node) && (path.size() == node.size() || path[node.size()] == '.');
}

bool is_node_path(const std::string& text) {
  const std::vector<std::string> parts = split_path(text);
  return wording::is_name(parts.front()) && std::ranges::all_of(parts, [](const std::string& part) {
           return wording::is_name(part) || scalar::whole(part).has_value();
         });
}

std::string plugin_id(const Node& node, const std::string& kind) {
  const Entry* plugin = node.find("plugin");
  if (!plugin || !plugin->value.is_scalar()) return "";
  const std::string& name = plugin->value.text;
  return name.find('/') != std::string::npos || kind.empty() ? name : kind + "/" + name;
}

namespace {

// `sweep.seed.count`, `sweep.sigma.values`: a key of an axis that is there.
void assign_axis(Node& root, const Setting& setting, Faults& faults) {
  const std::vector<std::string> parts = split_path(setting.path);
  std::vector<std::string> names;
  if (Entry* sweep = root.find("sweep"); sweep && sweep->value.is_map()) {
    for (Entry& axis : sweep->value.entries) {
      names.push_back(axis.key);
      if (parts.size() == 3 && axis.key == parts[1] && axis.value.is_map())
        return put(axis.value, parts[2], setting);
    }
  }
  const bool known = parts.size() > 1 && std::ranges::find(names, parts[1]) != names.end();
  faults.push_back({"W127",
                    setting.place,
                    known ? "what can be set of an axis is one of its keys, as sweep." + parts[1] + ".values"
                          : "the sweep has no axis " + quote(parts.size() > 1 ? parts[1] : ""),
                    known || parts.size() < 2 ? "" : wording::did_you_mean(parts[1], names),
                    {"axes: " + (names.empty() ? "none" : wording::listed(names))},
                    {}});
}

}  // namespace

void assign(Node& root, const Setting& setting, const Registry& registry, Faults& faults) {
  const std::string& path = setting.path;
  if (path.starts_with("vars.")) return;
  if (path.starts_with("sweep.")) return assign_axis(root, setting, faults);
  for (const char* key : {"seed", "device", "dtype", "threads", "name"}) {
    if (path == key) return put(root, key, setting);
  }
  Entry* nodes = root.find("nodes");
  if (nodes && nodes->value.is_map()) assign_node(nodes->value, setting, registry, faults);
}

void assign_node(Node& nodes, const Setting& setting, const Registry& registry, Faults& faults) {
  Walk(setting, registry, faults).start(nodes);
}

}  // namespace weir
