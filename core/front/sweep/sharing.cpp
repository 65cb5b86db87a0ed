// core/front/sweep/sharing.cpp -- how often the runs of a sweep really differ in each node.
#include <weir/front/sweep/sharing.hpp>

#include <map>
#include <set>

namespace weir {
namespace {

// The node whose key the path sets, or the inline node that it sets whole; none for seed, device, vars, ..., which concern every
// node.
const GraphNode* node_of(const Graph& graph, const std::string& path) {
  if (const GraphNode* whole = graph.node(path); whole && !whole->parent.empty()) return whole;
  const std::size_t key = path.rfind('.');
  return key == std::string::npos ? nullptr : graph.locate(path.substr(0, key)).first;
}

// The different ways in which the points of an axis set what `before` depends on.
std::size_t ways(const Graph& graph, const SweepAxis& axis, const std::set<std::string>& before) {
  std::set<std::vector<std::pair<std::string, std::string>>> different;
  for (const auto& point : axis.points) {
    std::vector<std::pair<std::string, std::string>> set;
    for (const auto& assignment : point.set) {
      const GraphNode* node = node_of(graph, assignment.first);
      if (!node || before.contains(node->path)) set.push_back(assignment);
    }
    different.insert(set);
  }
  return different.size();
}

}  // namespace

std::vector<SharedWork> shared_work(const Graph& graph) {
  std::map<std::string, std::set<std::string>> before;  // of each node: itself and all that it waits for
  std::size_t runs = 1;
  for (const SweepAxis& axis : graph.sweep) runs *= axis.points.size();
  std::vector<SharedWork> work;
  for (const GraphNode& node : graph.nodes) {
    std::set<std::string>& own = before[node.path];
    own.insert(node.path);
    for (const auto& [port, links] : node.ports) {
      for (const auto& [name, link] : links) own.insert(before[link.node].begin(), before[link.node].end());
    }
    SharedWork entry{node.path, runs, 1};
    for (const SweepAxis& axis : graph.sweep) entry.distinct *= ways(graph, axis, own);
    work.push_back(entry);
  }
  return work;
}

}  // namespace weir
