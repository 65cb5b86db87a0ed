// core/os/way_in.hpp -- whether anyone could have put there what lies at a path.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace weir::os {

struct WayIn {
  std::filesystem::path at;
  bool foreign =
      false;  // `at` is another user's, in a folder that everyone may write to; else everyone may write to `at`

  std::string words()
      const;  // "everyone may write to /srv/shared", "/tmp/x is another user's, in a folder that everyone may write to"
};

// The first place on the way to `path`, or the path itself, by which anyone could put something else there; nothing if there is none,
// or if the path leads nowhere. The way is that of the system: folder by folder from the root, each link to where it leads. In a
// folder like /tmp, where everyone may write but takes away only what is his (the sticky bit), what belongs to us or to root is safe.
std::optional<WayIn> way_in(const std::filesystem::path& path);

// Whether this entry of a folder, a link itself and not where it leads, is another user's in a folder that everyone may write to: put
// there for us to follow, as the system suspects of links in /tmp (proc(5), protected_symlinks).
bool may_be_planted(const std::filesystem::path& entry);

}  // namespace weir::os
