// core/math/autograd/jacobian.hpp -- a velocity and its derivative by the point, row by row.
//
// Shapes   x, v [N, item...]; slope [N, D, D], D the numbers of an item: slope[n, i, j] = d v_i / d x_j
// Limits   D backward passes. The velocity of a row depends on no other row.
#pragma once

#include <stdexcept>
#include <vector>

#include <ATen/core/grad_mode.h>

#include <weir/math/autograd/tape.hpp>

namespace weir {

struct Sloped {
  Tensor v, slope;  // detached; slope of the dtype of v
};

// velocity(x) is asked where autograd is on; one that does not depend on x has a slope of zero. Throws std::runtime_error of one of which
// autograd does not see that it does.
template <class Velocity>
Sloped velocity_and_slope(const Velocity& velocity, const Tensor& at_x) {
  const at::AutoGradMode on(true);
  const Tensor x = at_x.detach().requires_grad_(true), v = velocity(x), flat = v.flatten(1);
  const std::int64_t dim = flat.size(1);
  if (!v.requires_grad()) {
    if (!velocity(at_x + 1).equal(v))
      throw std::runtime_error(
          "the Jacobian of this field cannot be had: autograd does not see how its velocity depends on x (a "
          "detach, or a NoGradGuard, stands between them)");
    return {v, at::zeros({v.size(0), dim, dim}, v.options())};
  }
  std::vector<Tensor> rows;
  for (std::int64_t d = 0; d < dim; ++d)
    rows.push_back(grad(flat.select(1, d).sum(), {x}, d + 1 < dim)[0].flatten(1));
  return {v.detach(), at::stack(rows, 1)};
}

}  // namespace weir
