// core/kinds/facets/linear_velocity.hpp -- of a field: it is v(x, t) = W x over the D flattened coordinates, and W alone is its parameter.
#pragma once

#include <functional>

#include <weir/params.hpp>

namespace weir {

struct LinearVelocity {
  static constexpr const char* facet = "linear_velocity";
  std::function<Tensor(const Params&)> matrix;  // W [D, D]
};

}  // namespace weir
