// core/front/sweep/combination.hpp -- the runs of a sweep.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir {

// One run of a sweep: the point taken on each axis.
struct Combination {
  std::string run;                                           // "sigma=0.05,steps=9": the run file's stem
  std::vector<std::pair<std::string, nlohmann::json>> axes;  // axis -> value, in the order of declaration
  std::vector<std::size_t> points;                           // which of its points is taken on each axis
};

// Every combination of the axes, the last axis fastest. A file without a sweep has one combination with empty fields.
std::vector<Combination> combinations(const Graph& graph);

}  // namespace weir
