// tools/system/temporary_folder.cpp -- a folder of the program's own, gone when it ends.
#include "temporary_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "exit.hpp"

namespace weir::tools {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "weir-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw CommandError(io_failed, fmt::format("cannot make a folder {}: {}; name another place with TMPDIR",
                                              name, std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::write(const std::string& name, const std::string& text) const {
  const fs::path file = path_ / name;
  std::ofstream out(file, std::ios::binary);
  if (!(out << text) || !out.flush())
    throw CommandError(io_failed, fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
  return file;
}

}  // namespace weir::tools
