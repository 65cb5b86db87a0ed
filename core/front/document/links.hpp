// core/front/document/links.hpp -- the links of a node's tree.
#pragma once

#include <string>

#include <weir/front/document/document.hpp>

namespace weir {

// Calls `visit` with every scalar that stands for a link, or for a plugin, in a node and its inline nodes, and with its port.
template <class Visit>
void each_link(yaml::Node& node, const std::string& kind, const Registry& registry, Visit visit) {
  const PluginSchema* schema = registry.plugin(plugin_id(node, kind));
  if (!schema) return;  // reported when the node is read
  for (yaml::Entry& entry : node.entries) {
    const PortSchema* port = schema->port(entry.key);
    if (!port) continue;
    const auto end = [&](yaml::Node& value) {
      if (value.is_scalar()) visit(value, *port);
      if (value.is_map()) each_link(value, port->kind, registry, visit);
    };
    if (!port->map) {
      end(entry.value);
    } else {
      for (yaml::Entry& one : entry.value.entries) end(one.value);
    }
  }
}

}  // namespace weir
