// core/front/check/locate.cpp -- the nodes of a graph by their paths.
#include <weir/front/check/graph.hpp>

#include <algorithm>

#include <weir/front/document/document.hpp>

namespace weir {

const GraphNode* Graph::node(const std::string& path) const {
  const auto found = std::ranges::find(nodes, path, &GraphNode::path);
  return found == nodes.end() ? nullptr : &*found;
}

std::pair<const GraphNode*, std::string> Graph::locate(const std::string& path) const {
  const GraphNode* best = nullptr;
  for (const GraphNode& node : nodes) {
    if (is_within(path, node.path) && (!best || node.path.size() > best->path.size())) best = &node;
  }
  if (!best) return {nullptr, path};
  return {best, path.size() > best->path.size() ? path.substr(best->path.size() + 1) : ""};
}

}  // namespace weir
