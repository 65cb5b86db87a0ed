// core/kinds/facets/affine_map.hpp -- of a coupling: each x1 is an affine function of its x0.
//
//   X1 = A X0 + b        over the D flattened coordinates of an item
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct AffineMap {
  static constexpr const char* facet = "affine_map";
  Tensor matrix, shift;  // A [D, D], b [D], of the run's dtype
};

}  // namespace weir
