// tools/system/temporary_folder.hpp -- a folder of the program's own, gone when it ends.
#pragma once

#include <filesystem>
#include <string>

namespace weir::tools {

class TemporaryFolder {
 public:
  TemporaryFolder();  // Throws CommandError(io_failed) if none can be made.
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace weir::tools
