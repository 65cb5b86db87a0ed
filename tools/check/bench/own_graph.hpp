// tools/check/bench/own_graph.hpp -- the small pipelines that the check knows, one for each kind of plugin.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "subject.hpp"

namespace weir::conformance {

// What stands around the plugin.
enum class Around {
  points,   // a Gaussian and eight Gaussians in the plane, 16 fixed pairs, an MLP
  affine,   // fresh pairs X1 = A X0 + b, and the two affine fields that belong to them
  set,      // a Gaussian and a finite set in the plane
  classes,  // eight Gaussians in the plane, of which a point's own is its class
  images,   // Gaussians over images of 8 x 8, and a set of them with classes
};

struct OwnGraph {
  nlohmann::json pipeline;
  std::string subject;  // path of the plugin's node, "task.interpolant.noise"
};

// `optional`: the optional ports that are bound too. `trains`: of a field, whether it has parameters to train. `folder`:
// where the finite set is written. Throws Skipped if the graph has nothing for a port.
OwnGraph own_graph(const Subject& subject, Around around, const std::set<std::string>& optional, bool trains,
                   const std::filesystem::path& folder);

}  // namespace weir::conformance
