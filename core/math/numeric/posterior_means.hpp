// core/math/numeric/posterior_means.hpp -- which members of a finite set a noisy point may have come from, and their mean.
//
//   x = sum_j c_j p_j(i) + s z,  z ~ N(0, I),  i drawn with probability proportional to weight_i
//   posterior mean of p_j:  sum_i k_i p_j(i) / sum_i k_i,    k_i = weight_i exp(-||x - sum_j c_j p_j(i)||^2 / (2 s^2))
//
// As s -> 0 this becomes the nearest member, and is computed as such where s = 0.
#pragma once

#include <vector>

#include <weir/tensor.hpp>

namespace weir {

// A finite set of N tuples of points p_j, each [N, D], in any floating dtype. Immutable; methods are reentrant.
class FiniteSet {
 public:
  // `weight` [N] non-negative, undefined for equal weights. Errors: std::invalid_argument for an empty set.
  explicit FiniteSet(std::vector<Tensor> points, const Tensor& weight = {});

  std::int64_t size() const { return points_.front().size(0); }
  std::int64_t dim() const { return points_.front().size(1); }

  // The posterior mean of each p_j, [B, D] float64, given x [B, D], coefficients c_j [B] and variance s^2 [B].
  // Computed in float64 with the exponents taken from the nearest member, so nothing over- or underflows.
  std::vector<Tensor> posterior_means(const Tensor& x, const std::vector<Tensor>& coefficients,
                                      const Tensor& variance) const;

 private:
  std::vector<Tensor> rows_means(const Tensor& x, const std::vector<Tensor>& coefficients,
                                 const Tensor& variance) const;

  std::vector<Tensor> points_;
  std::vector<Tensor>
      centres_;  // means of the points, float64 [D], taken out before distances are formed from products
  Tensor weight_;
};

}  // namespace weir
