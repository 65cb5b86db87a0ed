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
#include <regex>
#include <string>

#include <weir/os/way_in.hpp>

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

// Where a file of this name is, or would be made: behind the symbolic links. Our own look at them is none of the system's, which
// would not follow those that may be planted.
fs::path target_of(fs::path file) {
  std::error_code ignored;
  for (int links = 0; links < 40 && fs::is_symlink(file, ignored); ++links) {
    if (may_be_planted(file))
      throw FileError(
          fmt::format("cannot write {}: it is a link that another user put into a folder which everyone may "
                      "write to; name "
                      "another place",
                      file.string()));
    file = file.parent_path() / fs::read_symlink(file, ignored);
  }
  return file;
}

// Not flock: readers of the finished file, HDF5 among them, take that.
bool take(const Descriptor& file) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(file.number(), F_OFD_SETLK, &whole) == 0;
}

// Removes what processes that were killed left of this file: ours by name and owner, and locked by nobody.
void clear_leavings(const fs::path& file) {
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(file), error), end; !error && entry != end;
       entry.increment(error)) {
    if (replaced_by(entry->path().filename().string()) != file.filename()) continue;
    const Descriptor left(::open(entry->path().c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!left.open() || ::fstat(left.number(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (status.st_uid == ::geteuid() && status.st_nlink == 1 && take(left)) ::unlink(entry->path().c_str());
  }
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

  clear_leavings(file_);
  static std::atomic<unsigned> count = 0;
  do {  // another name while there is one, left by a killed process of our number
    temporary_ = folder_of(file_) /
                 fmt::format(".{}.{}-{}.new", file_.filename().string(), ::getpid(), count.fetch_add(1));
    // What nobody else could read, nobody else reads here.
    made_ = Descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                              there ? 0600 : 0666));
    if (!made_.open() && errno != EEXIST) throw unwritable(file_, errno);
    // Where there are no locks nobody clears either; one that was cleared before it had its lock is gone.
  } while (!made_.open() || (!take(made_) && errno == EAGAIN) || !is_at(made_.number(), temporary_));
}

Replacement::~Replacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Replacement::put_in_place() {
  take_over_permissions(file_, made_);
  while (::fsync(made_.number()) != 0)
    if (errno != EINTR) throw unwritable(file_, errno);
  if (!is_at(made_.number(), temporary_))
    throw FileError(
        fmt::format("cannot write {}: {} was taken away or replaced meanwhile; give the same command again",
                    file_.string(), temporary_.filename().string()));
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0) throw unwritable(file_, errno);
  temporary_.clear();
  made_.close();
  sync_folder(folder_of(file_));
}

void replace_file(const fs::path& file, std::string_view text) {
  Replacement fresh(file);
  if (!write_all(fresh.descriptor(), text)) throw unwritable(file, errno);
  fresh.put_in_place();
}

std::string replaced_by(const std::string& temporary_name) {
  if (!temporary_name.starts_with('.') || !temporary_name.ends_with(".new")) return "";
  static const std::regex pattern(R"(\.(.+)\.[0-9]+-[0-9]+\.new)", std::regex::optimize);
  std::smatch found;
  return std::regex_match(temporary_name, found, pattern) ? found[1].str() : "";
}

}  // namespace weir::os
