// core/record/data/array.hpp -- numbers with a type and a shape, free of LibTorch: what the record stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weir {

enum class DType { float32, float64, int64, int32, uint8 };

std::size_t size_of(DType dtype);  // bytes of one element
std::string name_of(DType dtype);  // "float32"

// Contiguous, row-major, immutable once shared: `bytes` is owned by whoever holds the last copy.
struct Array {
  DType dtype = DType::float64;
  std::vector<std::int64_t> shape;  // {} is a scalar
  std::shared_ptr<const std::vector<std::byte>> bytes;

  std::int64_t count() const;  // product of the shape
  template <class T>
  const T* data() const {
    return reinterpret_cast<const T*>(bytes->data());
  }
};

using Arrays = std::map<std::string, Array>;

}  // namespace weir
