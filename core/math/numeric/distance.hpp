// core/math/numeric/distance.hpp -- squared Euclidean distances between many points.
//
//   d_ij = || x_i - y_j ||^2 ,   summed over every coordinate of an item, float64
//
// Few coordinates: from the differences. Many: |x|^2 + |y|^2 - 2 x.y after moving the origin to the mean of y, so that what
// cancels is of the size of the spread of the points, not of their distance from zero.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

// Distances to a fixed set of points, worked out once and then asked for rows at a time.
class SquaredDistances {
 public:
  explicit SquaredDistances(const Tensor& y);  // [M, item...]

  // [N, M] float64 on y's device, of x [N, item...]. Errors: std::invalid_argument if the items differ in size.
  Tensor from(const Tensor& x) const;

 private:
  Tensor y_, centre_, squares_;
};

// Distance squared of x_i to y_i, [N] float64, from the differences.
Tensor paired_squared_distances(const Tensor& x, const Tensor& y);

}  // namespace weir
