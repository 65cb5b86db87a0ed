// core/record/sync.cpp -- fsync of files and folders.
#include <weir/record/sync.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <weir/record/recorder.hpp>

namespace weir::record {

void sync_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int cause = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!good) throw RecordError(fmt::format("{}: cannot bring it to the disk: {}", file.string(), std::strerror(cause)));
}

void sync_folder(const std::filesystem::path& entry) noexcept {
  const auto folder = entry.has_parent_path() ? entry.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);                     // some file systems cannot sync folders, which is no fault of the record
  ::close(descriptor);
}

}  // namespace weir::record
