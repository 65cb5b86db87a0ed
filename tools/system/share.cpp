// tools/system/share.cpp -- files that are installed beside the program.
#include "share.hpp"

#include <fmt/format.h>

#include "exit.hpp"

namespace weir::tools {
namespace fs = std::filesystem;

fs::path prefix() { return fs::read_symlink("/proc/self/exe").parent_path().parent_path(); }

fs::path shared_file(const std::string& name) {
  fs::path file = prefix() / "share/weir" / name;
  if (!fs::exists(file))
    throw CommandError(
        plugin_failed,
        fmt::format("cannot find {}: build Weir (`tools/weir`), or install it again", file.string()));
  return file;
}

}  // namespace weir::tools
