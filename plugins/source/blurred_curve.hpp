// plugins/source/blurred_curve.hpp -- points of a curve, moved within a box and blurred: what several sets of the literature are.
//
//   x = c(t) + b u + noise z            t of a known density, u ~ U(0, 1)^D, z ~ N(0, I_D); b [D] the sides of the box, 0 for none
//
//   E x = E c + b / 2                   Cov x = Cov c + diag(b^2 / 12) + noise^2 I
//   p(x) = E_t prod_i k_i(x_i - c_i)    k_i(d) = N(d; 0, noise^2) where b_i = 0, else (Phi(d / noise) - Phi((d - b_i) / noise)) / b_i
//
// Means over t are sums of Gauss-Legendre quadrature. Panels of at most ten noises leave an error of p of about 1e-11 of its largest
// value: the coefficient of degree 40 of a normal density over such a panel.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <weir/kinds/facets/moments.hpp>
#include <weir/math/numeric/quadrature.hpp>
#include <weir/tensor.hpp>

namespace weir {

class BlurredCurve {
 public:
  BlurredCurve() = default;
  // c(t) [N, D] of t [N] with this density, which need not be normalised, on [first, last]; `speed` is the most that |c'| is there.
  BlurredCurve(double first, double last, double speed, const std::function<Tensor(const Tensor&)>& curve,
               const std::function<Tensor(const Tensor&)>& density, std::vector<double> box, double noise)
      : box_(std::move(box)), noise_(noise), resolved_(noise >= finest * speed * (last - first)) {
    // Curves of circles and spirals turn by one for each unit of t: panels of at most three suffice for their moments.
    const double panels =
        std::max((last - first) / 3, resolved_ ? speed * (last - first) / (10 * noise) : 1.0);
    const int halvings = std::max(1, static_cast<int>(std::ceil(std::log2(panels))));
    const Quadrature nodes = quadrature(first, last, {}, halvings);
    weight_ = nodes.weight * density(nodes.t);
    weight_ = weight_ / weight_.sum();
    point_ = curve(nodes.t);
  }

  // Whether there is a density that the quadrature resolves: a noise of at least 1e-4 of the curve.
  bool has_density() const { return resolved_; }

  // Of another curve as often as of this one, with the same box and noise.
  BlurredCurve& operator+=(const BlurredCurve& other) {
    weight_ = at::cat({weight_, other.weight_}) / 2;
    point_ = at::cat({point_, other.point_});
    return *this;
  }

  Moments moments() const {  // float64
    const Tensor box = at::tensor(box_, at::kDouble), mean = at::mv(point_.t(), weight_);
    const Tensor centred = point_ - mean;
    return {mean + box / 2, at::mm(centred.t(), weight_.unsqueeze(1) * centred) +
                                (box.square() / 12 + noise_ * noise_).diag()};
  }

  // In float64, in which the squares of a distance may be multiplied out: |x - c|^2 = |x|^2 - 2 x c + |c|^2, about the middle of the curve.
  Tensor log_density(const Tensor& x) const {
    std::vector<std::int64_t> plain, boxed;
    for (std::size_t i = 0; i < box_.size(); ++i)
      (box_[i] == 0 ? plain : boxed).push_back(static_cast<std::int64_t>(i));
    const Tensor middle = at::mv(point_.t(), weight_).to(x.device()), point = point_.to(x.device()) - middle,
                 axes = at::tensor(plain, x.options().dtype(at::kLong));
    const Tensor flat = point.index_select(1, axes) / noise_;
    const Tensor of_node = weight_.to(x.device()).log() - 0.5 * flat.square().sum(1) -
                           double(plain.size()) * std::log(noise_ * std::sqrt(2 * std::numbers::pi));
    std::vector<Tensor> found;
    for (const Tensor& some : x.split(std::max<std::int64_t>(1, numbers_at_once / point.size(0)))) {
      const Tensor rows = some.to(at::kDouble) - middle, near = rows.index_select(1, axes) / noise_;
      Tensor sum = at::addmm(of_node, near, flat.t());
      for (const std::int64_t i : boxed)
        sum = sum + log_kernel(rows.select(1, i).unsqueeze(1) - point.select(1, i),
                               box_[static_cast<std::size_t>(i)]);
      found.push_back(at::logsumexp(sum, {1}) - 0.5 * near.square().sum(1));
    }
    return at::cat(found).to(x.scalar_type());
  }

 private:
  static constexpr double finest = 1e-4;
  static constexpr std::int64_t numbers_at_once = std::int64_t{1} << 20;  // 8 MB

  // Of a side of the box: a difference of two tails, both on the side on which they are small.
  Tensor log_kernel(const Tensor& d, double side) const {
    const Tensor left = d / noise_, right = (d - side) / noise_, turned = left + right > 0;
    const Tensor more = at::special_log_ndtr(at::where(turned, -right, left)),
                 less = at::special_log_ndtr(at::where(turned, -left, right));
    return more + at::log1p(-(less - more).exp()) - std::log(side);
  }

  Tensor weight_, point_;  // [N], [N, D] float64, over t
  std::vector<double> box_;
  double noise_ = 0;
  bool resolved_ = false;
};

}  // namespace weir
