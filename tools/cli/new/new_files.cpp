// tools/cli/new/new_files.cpp -- writes files that were not there before.
#include "new_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

CommandError there_already(const fs::path& path) {
  return {invalid,
          fmt::format("{} exists, and nothing is written over; name another place with -o", path.string())};
}

CommandError unwritable(const fs::path& path, const std::string& reason) {
  return {io_failed, fmt::format("cannot write {}: {}", path.string(), reason)};
}

void make_parents(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) throw unwritable(path, error.message());
}

struct Closed {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

void write_new_file(const NewFile& file) {
  if (!file.path.has_filename())
    throw CommandError(invalid, fmt::format("{} is a folder, not a file", file.path.string()));
  make_parents(file.path);
  // "x": it is the system that refuses a file which exists, however it came there.
  const std::unique_ptr<std::FILE, Closed> out(std::fopen(file.path.c_str(), "wbx"));
  if (!out && errno == EEXIST) throw there_already(file.path);
  if (!out) throw unwritable(file.path, std::strerror(errno));
  if (std::fwrite(file.text.data(), 1, file.text.size(), out.get()) != file.text.size() ||
      std::fflush(out.get()) != 0)
    throw unwritable(file.path, std::strerror(errno));
}

void write_new_folder(const fs::path& path, const std::vector<NewFile>& files) {
  const fs::path folder = path.has_filename() ? path : path.parent_path();  // "a/" is "a"
  make_parents(folder);
  std::error_code error;
  if (!fs::create_directory(folder, error)) {
    if (!error || error == std::errc::file_exists) throw there_already(folder);
    throw unwritable(folder, error.message());
  }
  for (const NewFile& file : files) write_new_file({folder / file.path, file.text});
}

}  // namespace weir::tools
