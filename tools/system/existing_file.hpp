// tools/system/existing_file.hpp -- a file that the user named, or what was probably meant.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir::tools {

// The existing file of that name. Throws CommandError(invalid) with the nearest name in its folder otherwise.
std::filesystem::path existing_file(const std::string& name);

// ", did you mean 'x'?", or "" if no candidate is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace weir::tools
