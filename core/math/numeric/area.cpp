// core/math/numeric/area.cpp -- images made smaller by averaging over area.
#include <weir/math/numeric/area.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace weir {
namespace {

constexpr std::int64_t means_at_once = 64;

// Along `axis`, -2 or -1. Few means at a time, with the pixels that they cover: the other products are of zeros.
Tensor narrowed(const Tensor& images, std::int64_t axis, std::int64_t to) {
  const std::int64_t from = images.size(axis);
  if (from == to) return images;
  std::vector<Tensor> parts;
  for (std::int64_t first = 0; first < to; first += means_at_once) {
    const AreaMeans means = area_means(from, to, first, std::min(first + means_at_once, to));
    const Tensor weights = means.weights.to(images.options()),
                 pixels = images.narrow(axis, means.begin, weights.size(1));
    parts.push_back(axis == -2 ? at::matmul(weights, pixels) : at::matmul(pixels, weights.t()));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts, axis);
}

}  // namespace

// Mean i averages the interval [i f, (i + 1) f) of unit cells, f = from / to.
AreaMeans area_means(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last) {
  const double f = static_cast<double>(from) / static_cast<double>(to);
  const auto begin = std::min(static_cast<std::int64_t>(static_cast<double>(first) * f), from - 1);
  const auto end = std::min(static_cast<std::int64_t>(std::ceil(static_cast<double>(last) * f)), from);
  Tensor weights = at::zeros({last - first, end - begin}, at::kDouble);
  auto cell = weights.accessor<double, 2>();
  for (std::int64_t i = first; i < last; ++i) {
    const double low = static_cast<double>(i) * f, high = static_cast<double>(i + 1) * f;
    for (auto k = static_cast<std::int64_t>(low); k < end && static_cast<double>(k) < high; ++k) {
      const auto left = static_cast<double>(k);
      cell[i - first][k - begin] = std::max(0.0, std::min(high, left + 1) - std::max(low, left)) / f;
    }
  }
  return {begin, weights};
}

Tensor shrink(const Tensor& images, std::int64_t height, std::int64_t width) {
  const std::int64_t h = images.size(-2), w = images.size(-1);
  if (height > h || width > w) {
    throw std::invalid_argument(
        fmt::format("images of {} x {} cannot be enlarged to {} x {}", h, w, height, width));
  }
  return narrowed(narrowed(images, -2, height), -1, width);
}

}  // namespace weir
