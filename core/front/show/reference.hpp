// core/front/show/reference.hpp -- plugins and graphs as text for people: the terminal, the reference page,
// drawings.
#pragma once

#include <string>

#include <weir/front/check/graph.hpp>
#include <weir/front/plugins/registry.hpp>

namespace weir {

// What `weir show` prints of a plugin: parameters, ports, outputs and a line of YAML to start from.
std::string show(const PluginSchema& schema);

// The reference page of all plugins, in Markdown, by kind.
std::string markdown(const Registry& registry);

// The graph for Graphviz, and for Mermaid. Arrows run from what gives to what takes; inline nodes are drawn
// dashed.
std::string dot(const Graph& graph);
std::string mermaid(const Graph& graph);

// What `weir plan` prints: nodes in order, each parameter with whether it was written, outputs with their
// dimensions, and for a sweep the number of runs and how many of them differ in each node.
std::string plan_text(const Graph& graph);

}  // namespace weir
