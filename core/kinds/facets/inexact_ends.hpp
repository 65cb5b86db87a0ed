// core/kinds/facets/inexact_ends.hpp -- of a path of two points: it does not begin at x0, or does not end at x1, and how far from there.
//
//   x_0 = alpha0 x0 + beta0 x1        x_1 = alpha1 x0 + beta1 x1        1, 0, 0, 1 of every path without the facet
//
// A flow that follows such a path from x0 starts beside it, and the law that it ends with is not quite that of x1.
#pragma once

namespace weir {

struct InexactEnds {
  static constexpr const char* facet = "inexact_ends";
  double alpha0 = 1, beta0 = 0, alpha1 = 0, beta1 = 1;
};

}  // namespace weir
