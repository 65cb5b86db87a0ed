// core/record/write/in_place.cpp -- whether the file that is written is still the one of its name, and its rescue if not.
#include <weir/record/write/in_place.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include <weir/os/replace_file.hpp>
#include <weir/record/data/run_spec.hpp>

namespace weir::record {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = 1 << 20;

void copy(int from, const fs::path& to) {
  os::Replacement fresh(to);
  std::vector<char> bytes(block);
  ssize_t count = 0;
  for (off_t at = 0; (count = ::pread(from, bytes.data(), bytes.size(), at)) != 0; at += count)
    if (count < 0 || !os::write_all(fresh.descriptor(), {bytes.data(), static_cast<std::size_t>(count)}))
      throw std::system_error(errno, std::generic_category(), "cannot write " + to.string());
  fresh.put_in_place();
}

fs::path free_name(const fs::path& file) {
  std::error_code ignored;
  fs::path name = file;
  for (int n = 1; fs::symlink_status(name, ignored).type() != fs::file_type::not_found; ++n)
    name = fmt::format("{}.saved-{}", file.string(), n);
  return name;
}

}  // namespace

void require_in_place(int descriptor, const fs::path& file) {
  struct stat open {
  }, there{};
  if (::fstat(descriptor, &open) != 0) return;
  const bool any = ::stat(file.c_str(), &there) == 0;
  if (!any && errno != ENOENT && errno != ENOTDIR) return;  // nobody knows
  if (any && there.st_ino == open.st_ino && there.st_dev == open.st_dev) return;
  const std::string name = file.string();
  if (open.st_nlink > 0)
    throw RecordError(
        fmt::format("{}: it was moved away while it was written; move it back and give the same command "
                    "again, which goes on",
                    name));
  const fs::path saved = free_name(file);
  try {
    copy(descriptor, saved);
  } catch (const std::exception& error) {
    throw RecordError(fmt::format("{}: it was removed while it was written, and could not be put back: {}",
                                  name, error.what()));
  }
  if (saved == file)
    throw RecordError(
        fmt::format("{}: it was removed while it was written; what it held was put back: the same command "
                    "goes on",
                    name));
  throw RecordError(
      fmt::format("{}: another file took its place while it was written; what it held is now {}: move it "
                  "back and give the same command again, which goes on",
                  name, saved.string()));
}

}  // namespace weir::record
