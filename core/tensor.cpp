// core/tensor.cpp -- tensors to arrays and back.
#include <weir/tensor.hpp>

#include <cstring>
#include <stdexcept>

namespace weir {
namespace {

DType dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return DType::float32;
    case at::kDouble:
      return DType::float64;
    case at::kLong:
      return DType::int64;
    case at::kInt:
      return DType::int32;
    case at::kByte:
    case at::kBool:
      return DType::uint8;
    default:
      throw std::invalid_argument(std::string("no record type for tensors of type ") + c10::toString(type) +
                                  "; use float32, float64, int64, int32 or uint8");
  }
}

at::ScalarType scalar_type_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return at::kFloat;
    case DType::float64:
      return at::kDouble;
    case DType::int64:
      return at::kLong;
    case DType::int32:
      return at::kInt;
    case DType::uint8:
      return at::kByte;
  }
  throw std::logic_error("unknown DType");
}

}  // namespace

Array array_of(const Tensor& x) {
  const DType dtype = dtype_of(x.scalar_type());
  const Tensor host = x.detach().to(at::kCPU).contiguous();
  auto bytes = std::make_shared<std::vector<std::byte>>(host.nbytes());
  if (!bytes->empty()) std::memcpy(bytes->data(), host.const_data_ptr(), bytes->size());
  return {dtype, host.sizes().vec(), std::move(bytes)};
}

Tensor tensor_of(const Array& array, const at::TensorOptions& options) {
  const at::ScalarType type = scalar_type_of(array.dtype);
  Tensor x = at::empty(array.shape, at::TensorOptions(type));
  if (x.nbytes() > 0) std::memcpy(x.mutable_data_ptr(), array.bytes->data(), x.nbytes());
  return at::isFloatingType(type) ? x.to(options) : x.to(options.device());
}

Shape rows_of(std::int64_t n, const Shape& item) {
  Shape shape{n};
  shape.insert(shape.end(), item.begin(), item.end());
  return shape;
}

Tensor expand_as_items(const Tensor& x, const Tensor& like) {
  Shape shape(static_cast<std::size_t>(like.dim()), 1);
  shape.front() =
      -1;  // not x.size(0), a number that a trace of these operations would keep for other batches
  return x.view(shape);
}

}  // namespace weir
