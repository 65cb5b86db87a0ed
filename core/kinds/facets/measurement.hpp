// core/kinds/facets/measurement.hpp -- of a source: something is measured of each of its points, which a field can be told.
//
// A coupling that knows it puts it into the context of its batches as "y".
#pragma once

#include <functional>

#include <weir/rng.hpp>
#include <weir/tensor.hpp>

namespace weir {

struct Measurement {
  static constexpr const char* facet = "measurement";
  Shape shape;  // of one y
  // y [n, shape...] of x [n, item...], drawn; as long as the source is there.
  std::function<Tensor(const Tensor& x, Rng& rng)> of;
};

}  // namespace weir
