// tools/system/replace_file.hpp -- writes a file as a whole or not at all.
#pragma once

#include <filesystem>
#include <string>

namespace weir::tools {

// Gives the file this text: written beside it, synced and renamed, so that no reader ever sees half of it and a full disk loses
// nothing. A file that is there keeps its permissions, a link to it stays a link. Throws CommandError(io_failed).
void replace_file(const std::filesystem::path& file, const std::string& text);

}  // namespace weir::tools
