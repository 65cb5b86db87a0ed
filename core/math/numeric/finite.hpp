// core/math/numeric/finite.hpp -- data without NaN and infinity.
#pragma once

#include <string>

#include <weir/tensor.hpp>

namespace weir {

// Errors: std::runtime_error if one of `rows` [row, column...] is NaN or infinite: says of what, the first place, how many and the
// remedy. A single such row turns a training, and most metrics, into NaN at a step that chance picks.
void require_finite(const Tensor& rows, const std::string& what);

}  // namespace weir
