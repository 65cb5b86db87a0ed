// plugins/source/files/array_file.hpp -- arrays in files of NumPy (.npy, .npz), PyTorch (.pt) and safetensors, by name where there are
// several.
//
// Numbers of 1 to 8 bytes and booleans, little and big endian, rows or columns first. What a header says is held against what the
// file has before any memory is taken. Python objects are never made: of a .pt file the tensors are read, and what else it pickles is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weir/tensor.hpp>

namespace weir::files {

// The bytes of one array, in order.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual void read(void* to, std::size_t bytes) = 0;  // std::runtime_error if there are fewer
  virtual std::uint64_t size() const = 0;              // in all, as the file has them or says that it does
};

struct ArrayHeader {
  at::ScalarType type = at::kDouble;
  bool big_endian = false, by_columns = false;  // by_columns: Fortran's order, the first index runs fastest
  Shape shape;
  std::uint64_t bytes = 0;  // of the numbers
};

struct OpenArray {
  ArrayHeader header;
  std::unique_ptr<ByteStream> stream;  // at the first number
};

class ArrayFile {
 public:
  // Errors, here and below: std::runtime_error naming file and array, what is wrong, and what to do.
  static std::unique_ptr<ArrayFile> open(const std::filesystem::path& file);
  virtual ~ArrayFile() = default;

  // The arrays' names; {""} of a file that is one array.
  virtual std::vector<std::string> names() const = 0;
  // The array of this name, or the only one if it is "": its header, checked.
  OpenArray array(const std::string& name) const;
  // "'x.npy'", "array 'x' of 'all.npz'".
  std::string what(const std::string& name) const;

 protected:
  explicit ArrayFile(const std::filesystem::path& file) : file_(file) {}
  virtual OpenArray opened(
      const std::string& name) const = 0;  // errors: what is wrong, to stand behind what()

  std::filesystem::path file_;
};

// Its first `rows`, row by row in memory, as float32 or float64.
Tensor read_rows(OpenArray array, std::int64_t rows, at::ScalarType type);

// The class of each of `count` items, int64, of an array of whole numbers from 0, [count] or [count, 1]. Errors: std::runtime_error.
Tensor read_labels(const ArrayFile& file, const std::string& name, std::int64_t count);

}  // namespace weir::files
