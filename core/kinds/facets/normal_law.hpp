// core/kinds/facets/normal_law.hpp -- of a source: its points are N(mean, L L^T).
//
//   L = root, or scale I where there is no root        over the D flattened coordinates of an item
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct NormalLaw {
  static constexpr const char* facet = "normal_law";
  Tensor mean;       // [D] float64
  Tensor root;       // [D, D] float64, or undefined
  double scale = 1;  // as the run's dtype has it

  // L.
  Tensor load() const { return root.defined() ? root : at::eye(mean.size(0), mean.options()) * scale; }
  // Whether it is N(0, I).
  bool standard() const {
    if (mean.count_nonzero().item<std::int64_t>() != 0) return false;
    return root.defined() ? root.equal(at::eye(mean.size(0), root.options())) : scale == 1;
  }
};

}  // namespace weir
