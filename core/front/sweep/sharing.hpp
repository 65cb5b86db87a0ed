// core/front/sweep/sharing.hpp -- how often the runs of a sweep really differ in each node.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir {

struct SharedWork {
  std::string node;
  std::size_t runs = 1;  // of the sweep
  std::size_t distinct =
      1;  // of them with different results of this node, by what the axes set in it and before it
};

// For every node in dependency order. Counts from the axes alone and reads nothing again: an axis that sets a
// var counts for every node.
std::vector<SharedWork> shared_work(const Graph& graph);

}  // namespace weir
