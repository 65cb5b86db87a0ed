// core/record/write/lock_file.cpp -- flock on <file>.lock.
#include <weir/record/write/lock_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <weir/record/data/run_spec.hpp>

namespace weir::record {
namespace {

std::string holder(int descriptor) {
  std::array<char, 300> text{};
  const auto n = ::pread(descriptor, text.data(), text.size() - 1, 0);
  std::string line(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  line = line.substr(0, line.find('\n'));
  return line.empty() ? "another process" : line;
}

// The file locked must still be the one at the path: its last holder may have removed it meanwhile.
bool is_at(int descriptor, const std::filesystem::path& path) {
  struct stat held {
  }, there{};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& record) { return record.string() + ".lock"; }

LockFile::LockFile(const std::filesystem::path& record) : path_(lock_path(record)) {
  // A few tries: a look at the lock (is_locked) holds it for an instant.
  for (int attempt = 0; attempt < 20; ++attempt) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0)
      throw RecordError(fmt::format("{}: cannot create {}: {}", record.string(), path_.filename().string(),
                                    std::strerror(errno)));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
      if (is_at(descriptor_, path_)) break;
    } else if (errno != EWOULDBLOCK || attempt == 19) {
      const std::string reason =
          errno == EWOULDBLOCK
              ? fmt::format("it is being written by {}; wait for it or choose another output",
                            holder(descriptor_))
              : fmt::format("cannot lock {}: {}", path_.filename().string(), std::strerror(errno));
      ::close(descriptor_);
      throw RecordError(fmt::format("{}: {}", record.string(), reason));
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::close(descriptor_);
    descriptor_ = -1;
  }
  if (descriptor_ < 0)
    throw RecordError(fmt::format("{}: cannot lock {}: it keeps being replaced", record.string(),
                                  path_.filename().string()));
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text = fmt::format("process {} on {}\n", ::getpid(), host.data());
  // What it says is a courtesy: on a full disk the lock itself still holds.
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) < 0) return;
}

LockFile::~LockFile() {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

bool is_locked(const std::filesystem::path& record) {
  const int descriptor = ::open(lock_path(record).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

}  // namespace weir::record
