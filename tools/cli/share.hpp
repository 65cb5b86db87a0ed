// tools/cli/share.hpp -- files that are installed beside the program.
#pragma once

#include <filesystem>
#include <string>

namespace weir::cli {

// The file or folder share/weir/NAME, in the build tree as in an installation. Throws CommandError if it is not there.
std::filesystem::path shared_file(const std::string& name);

}  // namespace weir::cli
