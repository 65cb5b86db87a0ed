// core/record/data/numbers.hpp -- the numbers of an array, whatever their type.
#pragma once

#include <vector>

#include <weir/record/data/array.hpp>

namespace weir {

// f(first), a pointer to the array's numbers in their own type.
template <class F>
decltype(auto) visit_numbers(const Array& array, F&& f) {
  switch (array.dtype) {
    case DType::float32:
      return f(array.data<float>());
    case DType::float64:
      return f(array.data<double>());
    case DType::int64:
      return f(array.data<std::int64_t>());
    case DType::int32:
      return f(array.data<std::int32_t>());
    default:
      return f(array.data<std::uint8_t>());
  }
}

inline std::vector<double> doubles(const Array& array) {
  return visit_numbers(array,
                       [&](const auto* first) { return std::vector<double>(first, first + array.count()); });
}

}  // namespace weir
