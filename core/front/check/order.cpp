// core/front/check/order.cpp -- dependency order, or the circles that stand in its way.
#include <weir/front/check/check.hpp>

#include <map>
#include <set>

#include <weir/front/faults/wording.hpp>

namespace weir::check {
namespace {

struct Edge {
  std::size_t to;
  Place place;
  std::string caption;  // "'a' takes 'b.x'"
};

std::vector<std::vector<Edge>> edges_of(const Graph& graph) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) index[graph.nodes[i].path] = i;
  std::vector<std::vector<Edge>> edges(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    for (const PortSchema& port : node.schema.ports) {
      const auto found = node.ports.find(port.name);
      if (found == node.ports.end()) continue;
      for (const auto& [name, link] : found->second) {
        const std::size_t to = index.at(link.node);
        const bool inside = graph.nodes[to].parent == node.path;
        const std::string end = link.output.empty() ? link.node : link.node + "." + link.output;
        edges[i].push_back(
            {to, link.place, "'" + node.path + "' " + (inside ? "holds '" : "takes '") + end + "'"});
      }
    }
  }
  return edges;
}

// Walks from each node that could not be ordered along what it waits for, until a node comes again.
void report_circles(Draft& draft, const std::vector<std::vector<Edge>>& edges,
                    const std::vector<bool>& done) {
  std::vector<bool> seen(edges.size());
  for (std::size_t start = 0; start < edges.size(); ++start) {
    std::vector<std::size_t> walk;
    std::vector<const Edge*> taken;
    std::size_t at = start;
    while (!done[at] && !seen[at]) {
      seen[at] = true;
      walk.push_back(at);
      const Edge* next = nullptr;
      for (const Edge& edge : edges[at]) {
        if (!done[edge.to] && !next) next = &edge;
      }
      taken.push_back(next);
      at = next->to;
    }
    std::size_t from = 0;
    while (from < walk.size() && walk[from] != at) ++from;
    if (from >= walk.size()) continue;  // ran into what an earlier walk has reported
    Fault fault{
        "W305", taken[from]->place, "these nodes wait for each other in a circle: ", taken[from]->caption, {},
        {}};
    for (std::size_t i = from; i < walk.size(); ++i) {
      fault.message += draft.graph.nodes[walk[i]].path + " -> ";
      if (i > from) fault.also.push_back({taken[i]->place, taken[i]->caption});
    }
    fault.message += draft.graph.nodes[walk[from]].path;
    draft.faults.push_back(fault);
  }
}

}  // namespace

void order_nodes(Draft& draft) {
  Graph& graph = draft.graph;
  const auto edges = edges_of(graph);
  std::vector<std::size_t> waiting(edges.size());
  std::vector<std::vector<std::size_t>> users(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    waiting[i] = edges[i].size();
    for (const Edge& edge : edges[i]) users[edge.to].push_back(i);
  }
  // Nodes stand in the order of declaration here, so the smallest index is the one declared first.
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (waiting[i] == 0) ready.insert(i);
  }
  std::vector<bool> done(edges.size());
  std::vector<GraphNode> ordered;
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t i = *ready.begin();
    ready.erase(ready.begin());
    done[i] = true;
    order.push_back(i);
    for (const std::size_t user : users[i]) {
      if (--waiting[user] == 0) ready.insert(user);
    }
  }
  if (order.size() < edges.size()) return report_circles(draft, edges, done);
  for (const std::size_t i : order) ordered.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(ordered);
}

}  // namespace weir::check
