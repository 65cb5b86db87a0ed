// core/front/plugins/digest.hpp -- SHA-256 of texts and files.
#pragma once

#include <filesystem>
#include <string>

namespace weir {

// 64 hex digits.
std::string sha256(const std::string& bytes);

// The same of a file's bytes, kept per path, size and time of change; "" if the file cannot be read.
std::string file_sha256(const std::filesystem::path& file);

}  // namespace weir
