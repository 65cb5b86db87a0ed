// tools/system/share.hpp -- files that are installed beside the program.
#pragma once

#include <filesystem>
#include <string>

namespace weir::tools {

// The folder that holds the program's bin/: the root of an installation, or of the build tree, which has its shape.
std::filesystem::path prefix();

// The file or folder <prefix>/share/weir/<name>. Throws CommandError if it is not there.
std::filesystem::path shared_file(const std::string& name);

}  // namespace weir::tools
