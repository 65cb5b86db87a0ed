// core/kinds/facets/mixture_law.hpp -- of a source: its points are those of a mixture of normal laws.
//
//   p(x) = sum_k w_k N(x; m_k, diag(s_k^2))        over the D flattened coordinates of an item
//
// The coordinates of a component are independent: with covariance matrices the velocity of a mixture costs a factorisation for each
// point, time and pair of components. A normal law is a mixture of one.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct MixtureLaw {
  static constexpr const char* facet = "mixture_law";
  Tensor weight;    // [K] float64, positive, with the sum 1
  Tensor mean;      // [K, D] float64
  Tensor variance;  // [K, D] float64, positive, as the run's dtype has its root
};

}  // namespace weir
