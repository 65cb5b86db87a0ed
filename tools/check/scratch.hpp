// tools/check/scratch.hpp -- a folder that goes away with the object.
#pragma once

#include <filesystem>

namespace weir::conformance {

class Scratch {
 public:
  // In `parent`, or where temporary files go. Throws std::runtime_error.
  explicit Scratch(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weir::conformance
