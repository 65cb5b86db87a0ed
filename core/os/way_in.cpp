// core/os/way_in.cpp -- the way to a path, and who may write on it.
#include <weir/os/way_in.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <list>

namespace weir::os {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as the system's

bool everyone_writes(const struct stat& status) { return (status.st_mode & S_IWOTH) != 0; }
bool sticky(const struct stat& status) { return (status.st_mode & S_ISVTX) != 0; }
bool ours(const struct stat& status) { return status.st_uid == ::geteuid() || status.st_uid == 0; }

}  // namespace

std::string WayIn::words() const {
  return foreign ? fmt::format("{} is another user's, in a folder that everyone may write to", at.string())
                 : fmt::format("everyone may write to {}", at.string());
}

std::optional<WayIn> way_in(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  if (error) return std::nullopt;
  std::list<fs::path> left(whole.begin(), whole.end());
  fs::path at = "/";
  struct stat folder {
  }, entry{};
  for (int links = 0; !left.empty();) {
    const fs::path name = std::move(left.front());
    left.pop_front();
    if (name.empty() || name == "." || name == "/") continue;
    if (name == "..") {
      at = at.parent_path();  // no link is left in it
      continue;
    }
    if (::stat(at.c_str(), &folder) != 0 || ::lstat((at / name).c_str(), &entry) != 0) return std::nullopt;
    if (everyone_writes(folder) && !sticky(folder)) return WayIn{at};
    if (everyone_writes(folder) && !ours(entry)) return WayIn{at / name, true};
    if (!S_ISLNK(entry.st_mode)) {
      at /= name;
      continue;
    }
    const fs::path target = fs::read_symlink(at / name, error);
    if (error || ++links > most_links) return std::nullopt;
    if (target.is_absolute()) at = "/";
    left.insert(left.begin(), target.begin(), target.end());
  }
  if (::stat(at.c_str(), &entry) != 0 || !everyone_writes(entry)) return std::nullopt;
  return WayIn{at};
}

bool may_be_planted(const fs::path& entry) {
  struct stat folder {
  }, there{};
  const fs::path parent = entry.has_parent_path() ? entry.parent_path() : fs::path(".");
  return ::stat(parent.c_str(), &folder) == 0 && ::lstat(entry.c_str(), &there) == 0 &&
         everyone_writes(folder) && !ours(there);
}

}  // namespace weir::os
