// core/math/numeric/posterior_means.cpp -- a weighted mean over a finite set, streamed in blocks of rows and members.
#include <weir/math/numeric/posterior_means.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace weir {
namespace {

constexpr std::int64_t rows_at_once = 2048;
constexpr std::int64_t members_at_once = 2048;

}  // namespace

FiniteSet::FiniteSet(std::vector<Tensor> points, const Tensor& weight) : points_(std::move(points)) {
  if (weight.defined()) {
    // A member of weight zero could be the nearest one, and would leave no weight at all.
    const Tensor kept = at::nonzero(weight > 0).flatten();
    for (auto& p : points_) p = p.index_select(0, kept);
    weight_ = weight.index_select(0, kept).to(at::kDouble);
  }
  if (points_.empty() || size() == 0) throw std::invalid_argument("a mean over an empty set of points");
  for (const auto& p : points_) centres_.push_back(p.mean(0, false, at::kDouble));
}

std::vector<Tensor> FiniteSet::posterior_means(const Tensor& x, const std::vector<Tensor>& coefficients,
                                               const Tensor& variance) const {
  std::vector<std::vector<Tensor>> parts(points_.size());
  for (std::int64_t begin = 0; begin < x.size(0); begin += rows_at_once) {
    const auto rows = [&](const Tensor& of) {
      return of.slice(0, begin, begin + rows_at_once).to(at::kDouble);
    };
    std::vector<Tensor> c;
    for (const auto& coefficient : coefficients) c.push_back(rows(coefficient).unsqueeze(1));
    std::vector<Tensor> means = rows_means(rows(x), c, rows(variance).unsqueeze(1));
    for (std::size_t j = 0; j < means.size(); ++j) parts[j].push_back(std::move(means[j]));
  }
  std::vector<Tensor> means;
  for (const auto& part : parts) means.push_back(part.empty() ? x.to(at::kDouble) : at::cat(part));
  return means;
}

std::vector<Tensor> FiniteSet::rows_means(const Tensor& x, const std::vector<Tensor>& c,
                                          const Tensor& variance) const {
  const std::size_t tuple = points_.size();
  const Tensor twice = 2 * variance.clamp_min(std::numeric_limits<double>::min());
  Tensor y = x;
  for (std::size_t j = 0; j < tuple; ++j) y = y - c[j] * centres_[j];

  // Running sums, all relative to the nearest member met so far.
  Tensor nearest = at::full_like(twice, std::numeric_limits<double>::infinity());
  Tensor total = at::zeros_like(twice);
  std::vector<Tensor> sums(tuple, at::zeros_like(x));
  for (std::int64_t begin = 0; begin < size(); begin += members_at_once) {
    std::vector<Tensor> p;
    for (std::size_t j = 0; j < tuple; ++j) {
      p.push_back(points_[j].slice(0, begin, begin + members_at_once).to(at::kDouble) - centres_[j]);
    }

    // || y - sum_j c_j p_j ||^2 - ||y||^2 from products; ||y||^2 is common to all members.
    Tensor distance = at::zeros({x.size(0), p.front().size(0)}, x.options());
    for (std::size_t j = 0; j < tuple; ++j) {
      distance = distance - 2 * c[j] * y.mm(p[j].t());
      for (std::size_t l = 0; l <= j; ++l) {
        distance = distance + (l == j ? 1 : 2) * c[j] * c[l] * (p[j] * p[l]).sum(1);
      }
    }

    const Tensor closer = at::minimum(nearest, distance.amin(1, true));
    const Tensor rescale = at::exp(-(nearest - closer) / twice);
    Tensor k = at::exp(-(distance - closer) / twice);
    if (weight_.defined()) k = k * weight_.slice(0, begin, begin + members_at_once);
    total = total * rescale + k.sum(1, true);
    for (std::size_t j = 0; j < tuple; ++j) sums[j] = sums[j] * rescale + k.mm(p[j]);
    nearest = closer;
  }
  std::vector<Tensor> means;
  for (std::size_t j = 0; j < tuple; ++j) means.push_back(sums[j] / total + centres_[j]);
  return means;
}

}  // namespace weir
