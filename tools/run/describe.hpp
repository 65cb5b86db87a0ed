// tools/run/describe.hpp -- schemas of plugin libraries, asked of the libraries themselves.
#pragma once

#include <filesystem>

// Prints the JSON array of the schemas of `library`'s plugins. Exit code 0, or 3 with the reason on standard error.
int describe_library(const std::filesystem::path& library);

// Writes `folder`/weir-plugins.json. Every library is asked, as its schema may be another although it is the same: what its kind declares
// lies in a library of its own. One that cannot be loaded is named on standard error and left out; the exit code is then 3.
int cache_folder(const std::filesystem::path& folder);
