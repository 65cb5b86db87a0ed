// plugins/source/files/npy.cpp -- NumPy's .npy: a dictionary of Python in text, then the numbers.
//
// Source   numpy.lib.format, versions 1.0, 2.0 and 3.0: "\x93NUMPY", two bytes of version, the length of the text (2 or 4 bytes,
//          little-endian), the text {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }, the numbers.
#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "array_formats.hpp"

namespace weir::files {
namespace {

constexpr std::size_t longest_header = 1
                                       << 20;  // of structured arrays with many fields; others have some 100
constexpr std::size_t most_axes = 32;          // NumPy's own limit

// The dictionary's text, read once from left to right.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : rest_(text) {}

  ArrayHeader read() {
    ArrayHeader header;
    bool type = false, order = false, shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        type = true;
        set_type(header);
      } else if (key == "fortran_order") {
        order = true;
        header.by_columns = truth();
      } else if (key == "shape") {
        shape = true;
        header.shape = sizes();
      } else {
        damaged();
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    if (!type || !order || !shape) damaged();
    return header;
  }

 private:
  [[noreturn]] static void damaged() {
    throw std::runtime_error("has no header that NumPy writes: it is damaged");
  }

  bool take(char wanted) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) damaged();
  }
  std::string quoted() {
    const char quote = take('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const auto end = rest_.find(quote);
    if (end == std::string_view::npos) damaged();
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool truth() {
    take(' ');
    for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(std::string_view(word).size());
      return value;
    }
    damaged();
  }
  Shape sizes() {
    Shape shape;
    expect('(');
    while (!take(')')) {
      take(' ');
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc() || size < 0 || shape.size() == most_axes) damaged();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      take('L');  // of Python 2
      shape.push_back(size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }
  void set_type(ArrayHeader& header) {
    if (take('['))
      throw std::runtime_error(
          "is a structured array: save each field by itself, numpy.save(\"x.npy\", array[\"x\"])");
    const std::string text = quoted();
    static const std::map<std::string, at::ScalarType> types{
        {"b1", at::kBool},   {"i1", at::kChar}, {"i2", at::kShort},  {"i4", at::kInt},
        {"i8", at::kLong},   {"u1", at::kByte}, {"u2", at::kUInt16}, {"u4", at::kUInt32},
        {"u8", at::kUInt64}, {"f2", at::kHalf}, {"f4", at::kFloat},  {"f8", at::kDouble}};
    const auto type = text.empty() ? types.end() : types.find(text.substr(1));
    if (type == types.end() || std::string_view("<>|=").find(text[0]) == std::string_view::npos) refuse(text);
    header.type = type->second;
    header.big_endian = text[0] == '>';
  }
  [[noreturn]] static void refuse(const std::string& text) {
    static const std::map<char, std::string> known{
        {'O',
         "Python objects, that is a pickle, which may run any program and is never read: make it one array "
         "of numbers, numpy.stack(list)"},
        {'U', "texts: numpy.unique(texts, return_inverse=True)[1] makes numbers of labels"},
        {'S', "texts: numpy.unique(texts, return_inverse=True)[1] makes numbers of labels"},
        {'c', "complex numbers: numpy.stack([z.real, z.imag], -1) makes two of each"},
        {'M', "dates: (dates - dates[0]) / numpy.timedelta64(1, \"s\") makes seconds of them"},
        {'m', "times: times / numpy.timedelta64(1, \"s\") makes seconds of them"},
        {'f', "numbers of 16 bytes: array.astype(\"float64\")"},
        {'V', "bytes without a meaning: array.astype(\"float32\") before it is saved"}};
    const auto found = text.size() < 2 ? known.end() : known.find(text[1]);
    throw std::runtime_error(
        fmt::format("holds {}", found == known.end() ? "'" + text + "', no type of NumPy's" : found->second));
  }

  std::string_view rest_;
};

class NpyFile final : public ArrayFile {
 public:
  explicit NpyFile(const std::filesystem::path& file) : ArrayFile(file) {}
  std::vector<std::string> names() const override { return {""}; }

 protected:
  OpenArray opened(const std::string&) const override {
    OpenArray array{{}, part_of_file(file_, 0)};
    array.header = npy_header(*array.stream);
    return array;
  }
};

}  // namespace

ArrayHeader npy_header(ByteStream& stream) {
  unsigned char head[8], size[4] = {};
  stream.read(head, 8);
  if (std::string_view(reinterpret_cast<const char*>(head), 6) != "\x93NUMPY")
    throw std::runtime_error("is no .npy");
  if (head[6] < 1 || head[6] > 3)
    throw std::runtime_error(
        fmt::format("has version {} of the format, and 1, 2 and 3 are read", int{head[6]}));
  const std::size_t width = head[6] == 1 ? 2 : 4;
  stream.read(size, width);
  const std::size_t length = size[0] | size[1] << 8 | size[2] << 16 | std::size_t{size[3]} << 24;
  if (length > longest_header || length + 8 + width > stream.size())
    throw std::runtime_error("ends within its header");
  std::string text(length, '\0');
  stream.read(text.data(), length);
  ArrayHeader header = Dictionary(text).read();
  header.bytes = bytes_of(header.shape, c10::elementSize(header.type));
  const std::uint64_t there = stream.size() - 8 - width - length;
  if (header.bytes > there)
    throw std::runtime_error(
        fmt::format("is truncated: its header promises {} bytes of numbers, it has {}", header.bytes, there));
  return header;
}

std::unique_ptr<ArrayFile> open_npy(const std::filesystem::path& file) {
  return std::make_unique<NpyFile>(file);
}

}  // namespace weir::files
