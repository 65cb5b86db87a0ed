// plugins/metric/normal_fit.hpp -- the normal law that is fitted to points, and to all but a block of them.
//
//   m = (1/n) sum_i x_i        C = 1/(n - 1) sum_i (x_i - m)(x_i - m)^T
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct NormalFit {
  Tensor mean, covariance;  // [D], [D, D] float64
};

// Of x [n, D] float64. The sums are taken about the mean of all points, so that nothing cancels far from the origin.
class NormalFits {
 public:
  NormalFits(const Tensor& x, std::int64_t blocks)
      : blocks_(blocks), centre_(x.mean(0)), off_(x - centre_), squares_(at::mm(off_.t(), off_)) {}

  NormalFit all() const { return fit(off_.size(0), at::zeros_like(centre_), squares_); }
  // Without the rows i of block b: i mod blocks = b.
  NormalFit without(std::int64_t b) const {
    const Tensor rows = off_.slice(0, b, off_.size(0), blocks_);
    return fit(off_.size(0) - rows.size(0), -rows.sum(0), squares_ - at::mm(rows.t(), rows));
  }

 private:
  NormalFit fit(std::int64_t n, const Tensor& sum, const Tensor& squares) const {
    const auto count = static_cast<double>(n);
    return {centre_ + sum / count, (squares - at::outer(sum, sum) / count) / (count - 1)};
  }

  std::int64_t blocks_;
  Tensor centre_, off_, squares_;
};

}  // namespace weir
