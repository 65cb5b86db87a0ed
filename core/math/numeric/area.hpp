// core/math/numeric/area.hpp -- images made smaller by averaging over area.
//
//   out[i, j] = mean of the image over the rectangle that pixel (i, j) of the smaller grid covers
//
// Pixels that the rectangle cuts count by the part inside it, so the mean of the image is kept exactly.
#pragma once

#include <cstdint>

#include <weir/tensor.hpp>

namespace weir {

// `images` [..., h, w] to [..., height, width]. Errors: std::invalid_argument if that would enlarge them.
Tensor shrink(const Tensor& images, std::int64_t height, std::int64_t width);

// The means [first, last) of `to` along an axis of `from` pixels: [last - first, n] times the pixels [begin, begin + n), which are those
// that they cover.
struct AreaMeans {
  std::int64_t begin = 0;
  Tensor weights;  // float64
};
AreaMeans area_means(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last);

}  // namespace weir
