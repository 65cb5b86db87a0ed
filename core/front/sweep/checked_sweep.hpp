// core/front/sweep/checked_sweep.hpp -- what a sweep's points set, checked once: the graph of a run without reading again.
//
// A structural axis changes what the graph is made of (a plugin, a link, a var): each choice of its points is a graph of its own. A
// plain axis sets parameters and header keys, whose checked values are patches of those graphs.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/sweep/combination.hpp>

namespace weir::check {

// `value` of a node's parameter, or of a header key where `node` is "".
struct Patch {
  std::string node, key;
  nlohmann::json value;
  Place place;
};

struct Structure {
  Graph graph;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Patch>> patches;  // (axis, point) -> what it sets
};

struct CheckedSweep {
  std::vector<std::vector<std::vector<Setting>>> settings;        // as written: axis, point
  std::vector<std::size_t> structural;                            // numbers of the structural axes
  std::map<std::vector<std::size_t>, Structure> structures = {};  // by the points taken on those axes

  // The points that a run takes on the structural axes, and what they set.
  std::vector<std::size_t> choice(const Combination& run) const;
  std::vector<Setting> settings_of(const std::vector<std::size_t>& choice) const;
};

// The structure's graph with the run's patches.
Graph patched(const Structure& structure, const Combination& run);

}  // namespace weir::check
