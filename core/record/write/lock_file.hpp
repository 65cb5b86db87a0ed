// core/record/write/lock_file.hpp -- one writer per record: a lock of our own beside the file.
#pragma once

#include <filesystem>
#include <string>

namespace weir::record {

// Holds <file>.lock, which names the process and the host, until it is destroyed; the lock ends with the
// process however that dies. Errors: RecordError if another process holds it, the folder is missing or not
// writable, or what has that name is no lock: a link, which is not followed, or a file that says something else.
class LockFile {
 public:
  explicit LockFile(const std::filesystem::path& record);
  ~LockFile();  // removes the file
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

std::filesystem::path lock_path(const std::filesystem::path& record);
bool is_locked(const std::filesystem::path& record);  // by a live process

}  // namespace weir::record
