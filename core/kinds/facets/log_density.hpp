// core/kinds/facets/log_density.hpp -- of a source: the logarithm of its density is known.
#pragma once

#include <functional>

#include <weir/tensor.hpp>

namespace weir {

struct LogDensity {
  static constexpr const char* facet = "log_density";
  std::function<Tensor(const Tensor&)> at;  // log p(x) [N] of x [N, item...]; as long as the source is there
};

}  // namespace weir
