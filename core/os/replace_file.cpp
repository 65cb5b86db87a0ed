// core/os/replace_file.cpp -- written beside it, synced, renamed, and the folder synced.
#include <weir/os/replace_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <weir/os/descriptor.hpp>

namespace weir::os {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::string remedy(int cause, const fs::path& file) {
  const std::string folder = folder_of(file).string();
  switch (cause) {
    case ENOSPC:
    case EDQUOT:
      return fmt::format("free some space on the disk of {}", folder);
    case EFBIG:
      return "allow larger files (ulimit -f)";
    case EACCES:
    case EPERM:
      return fmt::format("get leave to write it and in {}, or name another place", folder);
    case ENOENT:
      return fmt::format("make the folder {} first", folder);
    case ENAMETOOLONG:
      return "give it a shorter name";
    default:
      return "name another place";
  }
}

FileError unwritable(const fs::path& file, int cause) {
  return FileError(
      fmt::format("cannot write {}: {}; {}", file.string(), std::strerror(cause), remedy(cause, file)));
}

// Where a file of this name is, or would be made: behind the symbolic links.
fs::path target_of(fs::path file) {
  std::error_code ignored;
  for (int links = 0; links < 40 && fs::is_symlink(file, ignored); ++links)
    file = file.parent_path() / fs::read_symlink(file, ignored);
  return file;
}

// Not everybody may give files away, and not every file system has permissions.
void take_over_permissions(const fs::path& from, const Descriptor& to) {
  struct stat old {
  }, fresh{};
  if (::stat(from.c_str(), &old) != 0 || ::fstat(to.number(), &fresh) != 0) return;
  if (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) [[maybe_unused]]
    const int given = ::fchown(to.number(), old.st_uid, old.st_gid);
  ::fchmod(to.number(), old.st_mode & 07777);
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.open()) ::fsync(opened.number());  // some file systems cannot sync folders, which is no fault
}

}  // namespace

Replacement::Replacement(const fs::path& file) : file_(target_of(file)) {
  struct stat old {};
  const bool there = ::stat(file_.c_str(), &old) == 0;
  if (!there && errno != ENOENT) throw unwritable(file_, errno);
  if (there && !S_ISREG(old.st_mode))
    throw FileError(
        fmt::format("cannot write {}: it is there and is no file; name another place", file_.string()));
  if (there && ::access(file_.c_str(), W_OK) != 0) throw unwritable(file_, errno);

  static std::atomic<unsigned> count = 0;
  Descriptor made;
  do {  // another name while there is one, left by a killed process of our number
    temporary_ = folder_of(file_) /
                 fmt::format(".{}.{}-{}.new", file_.filename().string(), ::getpid(), count.fetch_add(1));
    // What nobody else could read, nobody else reads here.
    made =
        Descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, there ? 0600 : 0666));
  } while (!made.open() && errno == EEXIST);
  if (!made.open()) throw unwritable(file_, errno);
}

Replacement::~Replacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Replacement::put_in_place() {
  {
    const Descriptor whole(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
    if (whole.open()) take_over_permissions(file_, whole);
    if (!whole.open() || ::fsync(whole.number()) != 0) throw unwritable(file_, errno);
  }
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0) throw unwritable(file_, errno);
  temporary_.clear();
  sync_folder(folder_of(file_));
}

void replace_file(const fs::path& file, std::string_view text) {
  Replacement fresh(file);
  {
    const Descriptor out(::open(fresh.temporary().c_str(), O_WRONLY | O_CLOEXEC));
    if (!out.open() || !write_all(out, text)) throw unwritable(file, errno);
  }
  fresh.put_in_place();
}

}  // namespace weir::os
