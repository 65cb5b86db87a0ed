// core/front/show/reference.hpp -- plugins and graphs as text for people: the terminal, the reference page,
// drawings.
#pragma once

#include <functional>
#include <string>

#include <weir/front/check/graph.hpp>
#include <weir/front/plugins/registry.hpp>

namespace weir {

// A pipeline that runs and has the plugin in it, as YAML; "" where there is none.
using Example = std::function<std::string(const PluginSchema&)>;

// What `weir show` prints of a plugin: what its author says of it, parameters, ports, outputs, and the example, or else a line of YAML
// to start from.
std::string show(const PluginSchema& schema, const Example& example);

// The reference page of all plugins, in Markdown, by kind.
std::string markdown(const Registry& registry, const Example& example);

// The graph for Graphviz, and for Mermaid. Arrows run from what gives to what takes; inline nodes are drawn
// dashed.
std::string dot(const Graph& graph);
std::string mermaid(const Graph& graph);

// What `weir plan` prints: nodes in order, each parameter with whether it was written, outputs with their
// dimensions, and for a sweep the number of runs and how many of them differ in each node.
std::string plan_text(const Graph& graph);

}  // namespace weir
