// tools/cli/new/new_files.hpp -- writes files that were not there before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir::tools {

struct NewFile {
  std::filesystem::path path;
  std::string text;
};

// A new folder with these files, whose paths are relative to it. Throws CommandError: invalid if the folder exists,
// io_failed if it cannot be written.
void write_new_folder(const std::filesystem::path& folder, const std::vector<NewFile>& files);

// A new file; errors as above.
void write_new_file(const NewFile& file);

}  // namespace weir::tools
