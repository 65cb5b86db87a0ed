// core/os/replace_file.hpp -- files that are written as a whole or not at all.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include <weir/os/descriptor.hpp>

namespace weir::os {

// what() is "cannot write FILE: CAUSE; REMEDY".
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A file that takes another's place, or a free one, once it is complete. It is written under a name of its own in the same folder,
// brought to the disk and renamed, so that no reader ever sees half of it; whatever fails or throws before that takes the temporary
// file away and leaves the old one as it was. At a symbolic link it is the link's target that is replaced, unless another user put
// the link into a folder that everyone may write to. The new file has the permissions and the owner of the old one, as far as the
// file system lets us give them. Other hard links keep the old bytes. What killed processes left of the same file is cleared first.
class Replacement {
 public:
  // Makes the temporary file, empty. Throws FileError if that cannot be, or if what stands at `file` is not a file that may be
  // written to.
  explicit Replacement(const std::filesystem::path& file);
  ~Replacement();
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }  // what is to be filled
  const Descriptor& descriptor() const { return made_; }                 // of it, for writing
  // Once, when it is filled; what had it open may keep it open. Throws FileError, also where another file has come in the temporary
  // one's place.
  void put_in_place();

 private:
  std::filesystem::path file_, temporary_;
  Descriptor made_;  // locked: a temporary file without a lock was left by a process that was killed
};

// The name of the file for which a Replacement made, or may have made, a temporary one of this name; "" if it is no such name.
std::string replaced_by(const std::string& temporary_name);

// Gives the file this text. Throws FileError.
void replace_file(const std::filesystem::path& file, std::string_view text);

}  // namespace weir::os
