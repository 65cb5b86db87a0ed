// core/record/write/sync.cpp -- fsync and space of files, fsync of folders.
#include <weir/record/write/sync.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <weir/record/data/run_spec.hpp>

namespace weir::record {

void sync_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int cause = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!good)
    throw RecordError(
        fmt::format("{}: cannot bring it to the disk: {}", file.string(), std::strerror(cause)));
}

void sync_folder(const std::filesystem::path& entry) noexcept {
  const auto folder = entry.has_parent_path() ? entry.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);  // some file systems cannot sync folders, which is no fault of the record
  ::close(descriptor);
}

void reserve(int descriptor, std::uint64_t bytes, const std::filesystem::path& file) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || static_cast<std::uint64_t>(status.st_size) >= bytes) return;
  if (::fallocate(descriptor, 0, status.st_size, static_cast<off_t>(bytes) - status.st_size) == 0) return;
  if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)
    throw RecordError(
        fmt::format("{}: cannot extend it to {} bytes: {}", file.string(), bytes, std::strerror(errno)));
}

void disconnect(int descriptor) noexcept {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup2(nowhere, descriptor);
  ::close(nowhere);
}

}  // namespace weir::record
