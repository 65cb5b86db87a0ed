// plugins/source/files/array_file.cpp -- which format a file has, and the array that is meant.
//
// Source   the first bytes of numpy.lib.format (\x93NUMPY) and of a ZIP archive (APPNOTE.TXT, 4.3.7 and 4.3.16); safetensors, which has none,
//          goes by the name's ending. The formats are those of npy.cpp, npz.cpp, pt.cpp and safetensors.cpp.
#include "array_file.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/plugins/data_files.hpp>

#include "array_formats.hpp"

namespace weir::files {
namespace {

constexpr std::size_t most_listed = 12;

class FilePart final : public ByteStream {
 public:
  FilePart(const std::filesystem::path& file, std::uint64_t first)
      : size_(std::filesystem::file_size(file) -
              std::min<std::uint64_t>(first, std::filesystem::file_size(file))),
        in_(file, std::ios::binary) {
    in_.seekg(static_cast<std::streamoff>(first));
    if (!in_) throw std::runtime_error("cannot be read");
  }
  void read(void* to, std::size_t bytes) override {
    if (!in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes)))
      throw std::runtime_error("ends too early");
  }
  std::uint64_t size() const override { return size_; }

 private:
  std::uint64_t size_;
  std::ifstream in_;
};

std::string start_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(16, '\0');
  in.read(start.data(), 16);
  start.resize(static_cast<std::size_t>(in.gcount()));
  return start;
}

}  // namespace

std::unique_ptr<ByteStream> part_of_file(const std::filesystem::path& file, std::uint64_t first) {
  return std::make_unique<FilePart>(file, first);
}

std::uint64_t bytes_of(const Shape& shape, std::uint64_t element) {
  std::uint64_t bytes = element;
  for (const std::int64_t size : shape) {
    if (size < 0) throw std::runtime_error(fmt::format("has an axis of size {}: it is damaged", size));
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes))
      throw std::runtime_error(
          fmt::format("says that it is [{}]: more than any file holds", fmt::join(shape, ", ")));
  }
  return bytes;
}

std::unique_ptr<ArrayFile> ArrayFile::open(const std::filesystem::path& file) try {
  if (!std::filesystem::is_regular_file(file)) throw std::runtime_error("is no file");
  const std::string start = start_of(file);
  if (start.starts_with("\x93NUMPY")) return open_npy(file);
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return open_archived(file);
  if (file.extension() == ".safetensors") return open_safetensors(file);
  if (start.empty()) throw std::runtime_error("is empty");
  if (start.starts_with("\x80") || file.extension() == ".pkl" || file.extension() == ".pickle")
    throw std::runtime_error(
        "is a pickle, which may run any program and is never read: numpy.save(\"x.npy\", array), or "
        "torch.save "
        "of PyTorch 1.6 or later, which writes tensors beside it");
  if (start.starts_with("\x1f\x8b")) throw std::runtime_error("is compressed: unpack it with gunzip");
  if (start.starts_with("version https://gi"))
    throw std::runtime_error("is a pointer of Git LFS, not the array: git lfs pull brings it");
  const std::string other = data_files::reading(file);
  throw std::runtime_error(
      "is no .npy, .npz, .pt or .safetensors file" +
      (other.empty() || other.find("source/array") != std::string::npos ? "" : ": " + other));
} catch (const std::runtime_error& error) {
  throw std::runtime_error(fmt::format("'{}' {}", file.string(), error.what()));
}

std::string ArrayFile::what(const std::string& name) const {
  return name.empty() ? fmt::format("'{}'", file_.string())
                      : fmt::format("array '{}' of '{}'", name, file_.string());
}

OpenArray ArrayFile::array(const std::string& name) const {
  std::vector<std::string> known = names();
  const bool one = known.size() == 1 && (name.empty() || known.front() == name);
  if (!one && std::ranges::find(known, name) == known.end()) {
    const std::size_t count = known.size();
    if (count == 1 && known.front().empty())
      throw std::runtime_error(
          fmt::format("'{}' is one array, without a name: leave array: {} out", file_.string(), name));
    if (count > most_listed) known.resize(most_listed), known.emplace_back("...");
    throw std::runtime_error(name.empty() ? fmt::format("'{}' holds {} arrays: say which, of {}",
                                                        file_.string(), count, fmt::join(known, ", "))
                                          : fmt::format("'{}' has no array '{}'; it has {}", file_.string(),
                                                        name, fmt::join(known, ", ")));
  }
  const std::string& found = one ? known.front() : name;
  try {
    OpenArray array = opened(found);
    if (array.header.shape.empty())
      throw std::runtime_error("is a single number: its first axis is to count items");
    for (const std::int64_t size : array.header.shape)
      if (size == 0)
        throw std::runtime_error(
            fmt::format("is [{}]: without numbers", fmt::join(array.header.shape, ", ")));
    return array;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{} {}", what(found), error.what()));
  }
}

}  // namespace weir::files
