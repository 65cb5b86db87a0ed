// plugins/source/files/archive.cpp -- members of a ZIP archive.
//
// Source   APPNOTE.TXT, the ZIP file format specification (PKWARE), as libzip reads it
#include <zip.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "array_formats.hpp"

namespace weir::files {
namespace {

// Bytes that a member may unpack to, whatever its size, and for each of its own.
constexpr std::uint64_t free_bytes = 64u << 20, most_expansion = 100;

class Member final : public ByteStream {
 public:
  Member(Archive archive, const std::string& name, const std::string& remedy)
      : archive_(std::move(archive)), file_(nullptr, &zip_fclose) {
    zip_stat_t about;
    if (zip_stat(archive_.get(), name.c_str(), 0, &about) != 0)
      throw std::runtime_error("is not in the archive");
    constexpr std::uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if ((about.valid & needed) != needed)
      throw std::runtime_error("has no size in the archive: it is damaged");
    size_ = about.size;
    if (size_ > std::max(free_bytes, most_expansion * about.comp_size)) {
      throw std::runtime_error(
          fmt::format("has {} bytes and unpacks to {}: at most {} times what a file has is unpacked; {}",
                      about.comp_size, size_, most_expansion, remedy));
    }
    open(name);
    require_whole();
    open(name);
  }
  void read(void* to, std::size_t bytes) override {
    if (more(to, bytes) != bytes) throw std::runtime_error("ends too early");
  }
  std::uint64_t size() const override { return size_; }

 private:
  void open(const std::string& name) {
    file_.reset(zip_fopen(archive_.get(), name.c_str(), 0));
    if (!file_) throw std::runtime_error(fmt::format("cannot be unpacked: {}", zip_strerror(archive_.get())));
  }
  // The CRC is looked at where the end is read. Before anything in it is believed: a damaged header is no other header.
  void require_whole() {
    std::vector<char> block(1 << 20);
    std::uint64_t bytes = 0;
    while (const std::size_t here = more(block.data(), block.size())) bytes += here;
    if (bytes != size_)
      throw std::runtime_error(
          fmt::format("has {} bytes, and {} by the archive: it is damaged", bytes, size_));
  }
  std::size_t more(void* to, std::size_t bytes) {
    const auto count = zip_fread(file_.get(), to, bytes);
    if (count < 0) throw std::runtime_error(fmt::format("is damaged: {}", zip_file_strerror(file_.get())));
    return static_cast<std::size_t>(count);
  }

  Archive archive_;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
  std::uint64_t size_ = 0;
};

}  // namespace

Archive open_archive(const std::filesystem::path& file) {
  int code = 0;
  zip_t* opened = zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (opened) return {opened, &zip_discard};
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw std::runtime_error(fmt::format("is no whole archive ({}): get it anew", text));
}

std::vector<std::string> members_of(const Archive& archive) {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* stored = zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0);
    if (!stored) throw std::runtime_error("has a member without a name: it is damaged");
    names.emplace_back(stored);
  }
  return names;
}

std::unique_ptr<ByteStream> member_of(const Archive& archive, const std::string& name,
                                      const std::string& remedy) {
  return std::make_unique<Member>(archive, name, remedy);
}

}  // namespace weir::files
