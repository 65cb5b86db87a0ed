// tools/lab/sampling/recorded_parts.cpp -- parts of a recorded graph in another one.
#include "recorded_parts.hpp"

#include <algorithm>
#include <utility>

namespace weir::tools {

RecordedParts::RecordedParts(const Graph& recorded, const GraphNode& trainer, std::string trained,
                             std::set<std::string> taken, Graph& into)
    : recorded_(recorded),
      trainer_(trainer),
      trained_(std::move(trained)),
      taken_(std::move(taken)),
      into_(into) {
  taken_.insert(trained_);
}

Link RecordedParts::linked(const Link& link) {
  if (link.node == trainer_.path) return {trained_, "", {}};
  return {moved(link.node, "", ""), link.output, {}};
}

Link RecordedParts::inside(const Link& link, const std::string& parent, const std::string& port) {
  if (recorded_.node(link.node)->parent.empty()) return linked(link);
  return {moved(link.node, parent + "." + port, parent), link.output, {}};
}

std::string RecordedParts::moved(const std::string& path, std::string name, const std::string& parent) {
  if (const auto known = names_.find(path); known != names_.end() && parent.empty()) return known->second;
  if (name.empty()) {
    name = recorded_.node(path)->parent.empty() ? path : path.substr(path.rfind('.') + 1);
    std::ranges::replace(name, '.', '_');
    name = fresh(name);
  }
  names_[path] = name;
  std::vector<GraphNode> copies;
  for (const GraphNode& node : recorded_.nodes) {
    if (node.path != path && !node.path.starts_with(path + ".")) continue;
    GraphNode copy = node;
    copy.path = name + node.path.substr(path.size());
    copy.parent = node.path == path ? parent : name + node.parent.substr(path.size());
    copies.push_back(std::move(copy));
  }
  for (GraphNode& copy : copies)
    for (auto& [port, ends] : copy.ports)
      for (auto& [key, link] : ends)
        link = link.node.starts_with(path + ".") ? Link{name + link.node.substr(path.size()), link.output, {}}
                                                 : linked(link);
  into_.nodes.insert(into_.nodes.end(), copies.begin(), copies.end());
  return name;
}

std::string RecordedParts::fresh(std::string name) {
  while (!taken_.insert(name).second) name += "_";
  return name;
}

}  // namespace weir::tools
