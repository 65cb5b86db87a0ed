// core/kinds/facets/moments.hpp -- of a source: its mean and covariance are known.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct Moments {
  static constexpr const char* facet = "moments";
  Tensor mean, covariance;  // [D], [D, D] over the D flattened coordinates of an item, of the run's dtype
};

}  // namespace weir
