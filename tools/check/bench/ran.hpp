// tools/check/bench/ran.hpp -- a pipeline that has run.
#pragma once

#include <memory>
#include <string>

#include <weir/executor/executor.hpp>

#include "doubles.hpp"

namespace weir::conformance {

// Every number that a run would have recorded, and the nodes that gave them.
struct Ran {
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Executor> executor;
  Rows rows;
  std::string path;  // of the plugin's node

  const Node& subject() const { return executor->node(path); }
  // Throws Broken where an output of the plugin holds NaN.
  void require_no_missing() const;
  // Throws Broken where a node's tensor is no longer what it was when it was recorded.
  void require_untouched() const;
};

// The first number that differs, as a sentence, or "". `tolerance` is relative to the largest of a tensor.
std::string difference(const Rows& a, const Rows& b, double tolerance = 0);

}  // namespace weir::conformance
