// tools/run/describe.hpp -- schemas of plugin libraries, asked of the libraries themselves.
#pragma once

#include <filesystem>

// Prints the JSON array of the schemas of `library`'s plugins. Exit code 0, or 3 with the reason on standard error.
int describe_library(const std::filesystem::path& library);

// Writes `folder`/weir-plugins.json, from the old one where a library's build id is unchanged. A library that cannot be
// loaded is named on standard error and left out; the exit code is then 3.
int cache_folder(const std::filesystem::path& folder);
