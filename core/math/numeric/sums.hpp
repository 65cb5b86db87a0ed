// core/math/numeric/sums.hpp -- sums in float64 over small tensors: on the host in one loop, where an operation for each step of the
// sum, and a float64 copy, would cost more than the sum.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

// Over all x_i, of any shape, float32 or float64, on any device.
double sum_of(const Tensor& x);
double square_sum(const Tensor& x);
// ||x_i||^2 of each row of x [B, ...]: [B] float64, where x lies.
Tensor row_squares(const Tensor& x);

}  // namespace weir
