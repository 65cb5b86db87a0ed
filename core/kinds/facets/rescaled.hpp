// core/kinds/facets/rescaled.hpp -- of a source: its points are those of another one in other units, to which there is a way back.
#pragma once

#include <functional>

#include <weir/tensor.hpp>

namespace weir {

struct Rescaled {
  static constexpr const char* facet = "rescaled";
  // In the first units, x [N, item...] of y [N, item...]; once the source has run, and as long as it is there.
  std::function<Tensor(const Tensor&)> back;
};

}  // namespace weir
