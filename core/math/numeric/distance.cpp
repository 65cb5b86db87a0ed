// core/math/numeric/distance.cpp -- squared Euclidean distances between many points.
#include <weir/math/numeric/distance.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace weir {
namespace {

constexpr std::int64_t few = 16;  // coordinates up to which differences cost no more than a matrix product

Tensor flat(const Tensor& x) { return x.reshape({x.size(0), -1}).to(at::kDouble); }

}  // namespace

SquaredDistances::SquaredDistances(const Tensor& y) : y_(flat(y)) {
  if (y_.size(1) <= few) return;
  centre_ = y_.mean(0, true);
  y_ = y_ - centre_;
  squares_ = y_.square().sum(1);
}

Tensor SquaredDistances::from(const Tensor& x) const {
  Tensor rows = flat(x);
  if (rows.size(1) != y_.size(1)) {
    throw std::invalid_argument(fmt::format(
        "distances need items of one size: {} and {} coordinates were given", rows.size(1), y_.size(1)));
  }
  if (!centre_.defined()) return at::cdist(rows, y_, 2.0, /* 2 = from the differences */ 2).square_();
  rows = rows - centre_;
  Tensor distances = at::mm(rows, y_.t());
  return distances.mul_(-2).add_(rows.square().sum(1, true)).add_(squares_).clamp_min_(0);
}

Tensor paired_squared_distances(const Tensor& x, const Tensor& y) {
  return (flat(x) - flat(y)).square().sum(1);
}

}  // namespace weir
