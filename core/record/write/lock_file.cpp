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

#include <weir/os/descriptor.hpp>
#include <weir/record/data/run_spec.hpp>

namespace weir::record {
namespace {

constexpr std::size_t longest = 300;

std::string text_of(int descriptor) {
  std::array<char, longest> text{};
  const auto n = ::pread(descriptor, text.data(), text.size(), 0);
  return {text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

std::string holder(int descriptor) {
  const std::string text = text_of(descriptor);
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() || line.size() == text.size() ? "another process" : line;
}

// Whether it can be a lock: a file of one name that holds nothing, or what a lock holds. Anything else of this name is somebody's, and
// is not written to. Whose it is does not matter: nothing is lost by writing to it, and a killed run's lock may be another user's.
bool is_lock(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) return false;
  if (status.st_size == 0) return true;
  const std::string text = text_of(descriptor);
  return text.size() < longest && text.starts_with("process ") && text.find('\n') >= text.size() - 1;
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& record) { return record.string() + ".lock"; }

LockFile::LockFile(const std::filesystem::path& record) : path_(lock_path(record)) {
  // A few tries: a look at the lock (is_locked) holds it for an instant.
  for (int attempt = 0; attempt < 20; ++attempt) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    const int cause = errno;
    if (descriptor_ < 0 && cause != ELOOP && cause != EISDIR)
      throw RecordError(fmt::format("{}: cannot create {}: {}", record.string(), path_.filename().string(),
                                    std::strerror(cause)));
    if (descriptor_ < 0 || !is_lock(descriptor_)) {
      if (descriptor_ >= 0) ::close(descriptor_);
      throw RecordError(
          fmt::format("{}: {} is not a lock that weir made, and is left as it is; move it away, or choose "
                      "another output",
                      record.string(), path_.string()));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
      if (os::is_at(descriptor_, path_)) break;
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
  if (os::is_at(descriptor_, path_)) ::unlink(path_.c_str());
  ::close(descriptor_);
}

bool is_locked(const std::filesystem::path& record) {
  const int descriptor = ::open(lock_path(record).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

}  // namespace weir::record
