// core/math/numeric/area.cpp -- images made smaller by averaging over area.
#include <weir/math/numeric/area.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weir {
namespace {

// [to, from]: row i averages the interval [i f, (i + 1) f) of unit cells, f = from / to.
Tensor weights(std::int64_t from, std::int64_t to) {
  Tensor w = at::zeros({to, from}, at::kDouble);
  auto cell = w.accessor<double, 2>();
  const double f = static_cast<double>(from) / static_cast<double>(to);
  for (std::int64_t i = 0; i < to; ++i) {
    const double low = static_cast<double>(i) * f, high = static_cast<double>(i + 1) * f;
    for (auto k = static_cast<std::int64_t>(low); k < from && static_cast<double>(k) < high; ++k) {
      const auto left = static_cast<double>(k);
      cell[i][k] = std::max(0.0, std::min(high, left + 1) - std::max(low, left)) / f;
    }
  }
  return w;
}

}  // namespace

Tensor shrink(const Tensor& images, std::int64_t height, std::int64_t width) {
  const std::int64_t h = images.size(-2), w = images.size(-1);
  if (height > h || width > w) {
    throw std::invalid_argument(
        fmt::format("images of {} x {} cannot be enlarged to {} x {}", h, w, height, width));
  }
  if (height == h && width == w) return images;
  const Tensor rows = weights(h, height).to(images.options()),
               columns = weights(w, width).to(images.options());
  return at::matmul(at::matmul(rows, images), columns.t());
}

}  // namespace weir
