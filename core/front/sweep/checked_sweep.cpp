// core/front/sweep/checked_sweep.cpp -- the graph of a run of a checked sweep.
#include <weir/front/sweep/checked_sweep.hpp>

#include <algorithm>

namespace weir::check {
namespace {

void apply(const Patch& patch, Graph& graph) {
  if (!patch.node.empty()) {
    const auto node = std::ranges::find(graph.nodes, patch.node, &GraphNode::path);
    node->params[patch.key] = patch.value;
    node->places[patch.key] = patch.place;
  } else if (patch.key == "seed") {
    graph.seed = patch.value;
  } else if (patch.key == "device") {
    graph.device = patch.value;
  } else if (patch.key == "dtype") {
    graph.dtype = patch.value;
  } else {
    graph.threads = patch.value;
  }
}

}  // namespace

std::vector<std::size_t> CheckedSweep::choice(const Combination& run) const {
  std::vector<std::size_t> points;
  for (const std::size_t axis : structural) points.push_back(run.points.at(axis));
  return points;
}

std::vector<Setting> CheckedSweep::settings_of(const std::vector<std::size_t>& choice) const {
  std::vector<Setting> chosen;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    const std::vector<Setting>& point = settings.at(structural[i]).at(choice[i]);
    chosen.insert(chosen.end(), point.begin(), point.end());
  }
  return chosen;
}

Graph patched(const Structure& structure, const Combination& run) {
  Graph graph = structure.graph;
  for (std::size_t axis = 0; axis < run.points.size(); ++axis) {
    const auto found = structure.patches.find({axis, run.points[axis]});
    if (found == structure.patches.end()) continue;
    for (const Patch& patch : found->second) apply(patch, graph);
  }
  return graph;
}

}  // namespace weir::check
