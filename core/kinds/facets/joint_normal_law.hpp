// core/kinds/facets/joint_normal_law.hpp -- of a coupling: the law of a pair is normal.
//
//   X0 = mean0 + load0 e,  X1 = mean1 + load1 e,  e ~ N(0, I_K)        over the D flattened coordinates of an item
//
// Loads instead of covariances, so that what cancels in a function of a deterministic pair does so to the last digits.
// Of fresh pairs only: fixed ones are a sample.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct JointNormalLaw {
  static constexpr const char* facet = "joint_normal_law";
  Tensor mean0, mean1, load0, load1;  // [D], [D], [D, K], [D, K], float64
};

}  // namespace weir
