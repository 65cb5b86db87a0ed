// core/record/write/reserve.cpp -- space for a file, and a descriptor that leads nowhere.
#include <weir/record/write/reserve.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <weir/record/data/run_spec.hpp>

namespace weir::record {

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

void let_go(hdf5::Handle& file) noexcept {
  if (void* descriptor = nullptr; H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) >= 0)
    disconnect(*static_cast<int*>(descriptor));
  file.abandon();
}

}  // namespace weir::record
