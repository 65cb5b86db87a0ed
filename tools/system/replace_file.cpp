// tools/system/replace_file.cpp -- writes a file as a whole or not at all.
#include "replace_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "exit.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

bool write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return true;
}

mode_t permissions_of(const fs::path& file) {
  struct stat there {};
  if (::stat(file.c_str(), &there) == 0) return there.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

void replace_file(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::path real = fs::canonical(file, error);
  if (error) real = file;
  const auto failed = [&] {
    return CommandError(io_failed, fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
  };
  if (fs::exists(real) && ::access(real.c_str(), W_OK) != 0) throw failed();
  std::string part = real.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(part.data());
  if (descriptor < 0) throw failed();
  const bool written = write_all(descriptor, text) && ::fchmod(descriptor, permissions_of(real)) == 0 &&
                       ::fsync(descriptor) == 0;
  const int cause = errno;
  ::close(descriptor);
  if (written && ::rename(part.c_str(), real.c_str()) == 0) return;
  if (!written) errno = cause;
  const CommandError complaint = failed();
  ::unlink(part.c_str());
  throw complaint;
}

}  // namespace weir::tools
