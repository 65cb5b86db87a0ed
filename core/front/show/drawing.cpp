// core/front/show/drawing.cpp -- a graph as a drawing (Graphviz, Mermaid) and as the text of a plan.
#include <weir/front/show/reference.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/sweep/sharing.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir {
namespace {

// Each link of the graph: (from, to, label, inline).
template <class Draw>
void each_edge(const Graph& graph, Draw draw) {
  for (const GraphNode& node : graph.nodes) {
    for (const PortSchema& port : node.schema.ports) {
      const auto found = node.ports.find(port.name);
      if (found == node.ports.end()) continue;
      for (const auto& [name, link] : found->second) {
        const GraphNode* other = graph.node(link.node);
        const bool inside = other && other->parent == node.path;
        std::string label = name.empty() ? port.name : port.name + "." + name;
        if (!link.output.empty()) label = link.output + " > " + label;
        draw(link.node, node.path, label, inside);
      }
    }
  }
}

std::string identifier(std::string path) {
  std::replace(path.begin(), path.end(), '.', '_');
  return "n_" + path;
}

std::string outputs_line(const GraphNode& node) {
  std::string line;
  for (const OutputSchema& output : node.schema.outputs) {
    line += line.empty() ? "" : ", ";
    line += output.name;
    if (!output.dims.empty()) line += " [" + wording::listed(output.dims) + "]";
    if (output.kind != "tensor") line += " (" + output.kind + ")";
  }
  return line;
}

std::string node_text(const GraphNode& node) {
  std::string text = fmt::format("{}  {}\n", node.path, node.plugin);
  for (const ParamSchema& param : node.schema.params) {
    const auto& value = node.params.at(param.name);
    if (value.is_null()) continue;
    const std::string unit = param.unit.empty() || param.unit == "1" ? "" : " " + param.unit;
    text += fmt::format("    {} = {}{}{}\n", param.name, as_written(value), unit,
                        node.places.count(param.name) ? "" : "  (default)");
  }
  for (const PortSchema& port : node.schema.ports) {
    const auto found = node.ports.find(port.name);
    if (found == node.ports.end()) continue;
    for (const auto& [name, link] : found->second) {
      const std::string end = link.output.empty() ? link.node : link.node + "." + link.output;
      text += fmt::format("    {} <- {}{}\n", name.empty() ? port.name : port.name + "." + name, end,
                          node.places.count(port.name) ? "" : "  (default)");
    }
  }
  if (!node.schema.outputs.empty()) text += "    gives " + outputs_line(node) + "\n";
  return text;
}

std::string sweep_text(const Graph& graph) {
  const auto work = shared_work(graph);
  std::string axes;
  for (const SweepAxis& axis : graph.sweep)
    axes += fmt::format("{}{} {}", axes.empty() ? "" : " x ", axis.points.size(), axis.name);
  std::string text =
      fmt::format("\nsweep: {} ({})\n", wording::count(work.empty() ? 0 : work.front().runs, "run"), axes);
  for (const SharedWork& entry : work) {
    const GraphNode* node = graph.node(entry.node);
    if (!node->parent.empty() || entry.distinct == entry.runs) continue;
    text += fmt::format("    {}: {}, {} distinct\n", entry.node, wording::count(entry.runs, "run"),
                        entry.distinct);
  }
  return text;
}

}  // namespace

std::string dot(const Graph& graph) {
  std::string text =
      "digraph \"" + graph.name + "\" {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (const GraphNode& node : graph.nodes) {
    text += fmt::format("  {} [label=\"{}\\n{}\"{}];\n", identifier(node.path), node.path, node.plugin,
                        node.parent.empty() ? "" : ", style=dashed");
  }
  each_edge(graph,
            [&](const std::string& from, const std::string& to, const std::string& label, bool inside) {
              text += fmt::format("  {} -> {} [label=\"{}\"{}];\n", identifier(from), identifier(to), label,
                                  inside ? ", style=dashed" : "");
            });
  return text + "}\n";
}

std::string mermaid(const Graph& graph) {
  std::string text = "flowchart LR\n";
  for (const GraphNode& node : graph.nodes) {
    text += fmt::format("  {}[\"{}<br/>{}\"]\n", identifier(node.path), node.path, node.plugin);
  }
  each_edge(graph, [&](const std::string& from, const std::string& to, std::string label, bool inside) {
    if (const std::size_t arrow = label.find(" > "); arrow != std::string::npos)
      label.replace(arrow, 3, " to ");
    text +=
        fmt::format("  {} {}|\"{}\"| {}\n", identifier(from), inside ? "-.->" : "-->", label, identifier(to));
  });
  return text;
}

std::string plan_text(const Graph& graph) {
  std::string text =
      fmt::format("{}: seed {}, device {}, dtype {}, {}\n", graph.name, graph.seed, graph.device, graph.dtype,
                  wording::count(static_cast<std::size_t>(graph.threads), "thread"));
  text += wording::count(graph.nodes.size(), "node") + ", in this order:\n\n";
  for (const GraphNode& node : graph.nodes) text += node_text(node);
  return graph.sweep.empty() ? text : text + sweep_text(graph);
}

}  // namespace weir
