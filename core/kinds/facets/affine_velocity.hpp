// core/kinds/facets/affine_velocity.hpp -- of a field: its velocity is that of an affine transport, at all of its parameters.
//
//   v(x, t) = (I + t Theta)^-1 (theta + Theta x)        over the D flattened coordinates of an item
//
// theta and Theta are its parameters, the only ones.
//
// Source   Reu et al., arXiv 2510.18118, Lemma 1.
#pragma once

#include <functional>

#include <weir/params.hpp>
#include <weir/tensor.hpp>

namespace weir {

struct AffineVelocity {
  static constexpr const char* facet = "affine_velocity";
  struct Values {
    Tensor matrix, shift;  // Theta [D, D], theta [D]
  };
  std::function<Values(const Params&)> at;
};

}  // namespace weir
