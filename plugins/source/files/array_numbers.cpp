// plugins/source/files/array_numbers.cpp -- numbers as a file has them to numbers of a tensor.
//
// Source   IEEE 754 for binary16, 32 and 64; bfloat16 is the upper half of binary32
#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "array_file.hpp"

namespace weir::files {
namespace {

constexpr std::size_t block_bytes = 1 << 20;

template <class Stored, class Wanted>
void convert(ByteStream& stream, const ArrayHeader& header, std::int64_t count, Wanted* to) {
  std::vector<char> bytes(
      std::min<std::size_t>(block_bytes, static_cast<std::size_t>(count) * sizeof(Stored)));
  const auto in_block = static_cast<std::int64_t>(bytes.size() / sizeof(Stored));
  for (std::int64_t first = 0; first < count; first += in_block) {
    const std::int64_t here = std::min(in_block, count - first);
    stream.read(bytes.data(), static_cast<std::size_t>(here) * sizeof(Stored));
    for (std::int64_t i = 0; i < here; ++i) {
      char* start = bytes.data() + static_cast<std::size_t>(i) * sizeof(Stored);
      if (header.big_endian) std::reverse(start, start + sizeof(Stored));
      Stored value;
      std::memcpy(&value, start, sizeof(Stored));
      to[first + i] = static_cast<Wanted>(value);
    }
  }
}

template <class Wanted>
void convert_any(ByteStream& stream, const ArrayHeader& header, std::int64_t count, Wanted* to) {
  switch (header.type) {
    case at::kBool:  // a byte; any that is not 0 is true
    case at::kByte:
      return convert<std::uint8_t>(stream, header, count, to);
    case at::kChar:
      return convert<std::int8_t>(stream, header, count, to);
    case at::kShort:
      return convert<std::int16_t>(stream, header, count, to);
    case at::kUInt16:
      return convert<std::uint16_t>(stream, header, count, to);
    case at::kInt:
      return convert<std::int32_t>(stream, header, count, to);
    case at::kUInt32:
      return convert<std::uint32_t>(stream, header, count, to);
    case at::kLong:
      return convert<std::int64_t>(stream, header, count, to);
    case at::kUInt64:
      return convert<std::uint64_t>(stream, header, count, to);
    case at::kHalf:
      return convert<c10::Half>(stream, header, count, to);
    case at::kBFloat16:
      return convert<c10::BFloat16>(stream, header, count, to);
    case at::kFloat:
      return convert<float>(stream, header, count, to);
    case at::kDouble:
      return convert<double>(stream, header, count, to);
    default:
      throw std::logic_error("a type of numbers that no format has");
  }
}

}  // namespace

Tensor read_rows(OpenArray array, std::int64_t rows, at::ScalarType type) {
  const ArrayHeader& header = array.header;
  Shape stored = header.shape;
  // Where columns come first, all of the file has to be read, and what is there is the transposed array.
  if (header.by_columns)
    std::ranges::reverse(stored);
  else
    stored.front() = rows;
  Tensor numbers = at::empty(stored, type);
  if (type == at::kDouble)
    convert_any(*array.stream, header, numbers.numel(), numbers.mutable_data_ptr<double>());
  else
    convert_any(*array.stream, header, numbers.numel(), numbers.mutable_data_ptr<float>());
  if (header.type == at::kBool) numbers = numbers.ne(0).to(type);
  if (!header.by_columns) return numbers;
  Shape axes;
  for (auto axis = static_cast<std::int64_t>(stored.size()); axis-- > 0;) axes.push_back(axis);
  return numbers.permute(axes).narrow(0, 0, rows).contiguous();
}

Tensor read_labels(const ArrayFile& file, const std::string& name, std::int64_t count) {
  OpenArray array = file.array(name);
  const Shape shape = array.header.shape;
  const auto fail = [&](const std::string& why) { throw std::runtime_error(file.what(name) + " " + why); };
  if (shape.front() != count) fail(fmt::format("has {} labels for {} items", shape.front(), count));
  if (shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    fail(fmt::format(
        "is [{}], and a label is one number for each item: of one-hot rows, numpy.argmax(labels, 1)",
        fmt::join(shape, ", ")));
  }
  constexpr double most = 1 << 20;  // beyond, a number is no class
  const Tensor numbers = read_rows(std::move(array), count, at::kDouble).reshape({count});
  const Tensor wrong =
      numbers.ge(0).logical_and(numbers.lt(most)).logical_and(numbers.eq(numbers.floor())).logical_not();
  if (wrong.any().item<bool>()) {
    const auto row = wrong.to(at::kByte).argmax().item<std::int64_t>();
    fail(
        fmt::format("has the label {} in row {} (counted from 0): labels are whole numbers from 0 to {:.0f}; "
                    "numpy.unique(labels, return_inverse=True)[1] numbers others",
                    numbers[row].item<double>(), row, most - 1));
  }
  return numbers.to(at::kLong);
}

}  // namespace weir::files
