// core/tensor.hpp -- LibTorch's tensor under our name, and the way to the record's arrays.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include <weir/record/data/array.hpp>

namespace weir {

using at::Tensor;
using Shape = std::vector<std::int64_t>;

// A snapshot of `x` in host memory: later in-place writes to `x` do not reach it. float32, float64, int64, int32, uint8;
// bool becomes uint8.
Array array_of(const Tensor& x);

// A tensor with a copy of the array's numbers, on the options' device; floating arrays take the options' dtype.
Tensor tensor_of(const Array& array, const at::TensorOptions& options);

// {n} followed by `item`.
Shape rows_of(std::int64_t n, const Shape& item);

// `x` [N] viewed as [N, 1, ...] so that it broadcasts against the items of `like` [N, ...].
Tensor expand_as_items(const Tensor& x, const Tensor& like);

}  // namespace weir
