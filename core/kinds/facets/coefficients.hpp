// core/kinds/facets/coefficients.hpp -- of an interpolant: its path is linear in two points, and it is a TwoPoint, which declares this.
//
// A Port<TwoPoint> needs it, so that another path is a fault of the pipeline's wiring.
#pragma once

namespace weir {

struct Coefficients {
  static constexpr const char* facet = "coefficients";
};

}  // namespace weir
