// core/kinds/facets/flow_matching_parts.hpp -- of an objective: what flow matching is made of.
//
// Only where the loss of a row is ||u_t - v(x_t, t)||^2 and nothing else, and the path has coefficients.
#pragma once

namespace weir {

class Coupling;
class Time;
class TwoPoint;

struct FlowMatchingParts {
  static constexpr const char* facet = "flow_matching_parts";
  const TwoPoint* interpolant;
  const Time* time;
  const Coupling* coupling;
};

}  // namespace weir
