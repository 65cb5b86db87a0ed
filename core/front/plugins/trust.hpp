// core/front/plugins/trust.hpp -- whose plugins may be loaded. A pipeline is data; a plugin is a program that runs as you.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/front/faults/fault.hpp>

namespace weir {

// A folder that a pipeline names under `plugins:`, absolute, and where.
struct NamedFolder {
  std::filesystem::path folder;
  Place place;
};

std::filesystem::path trust_file();  // ${XDG_CONFIG_HOME:-~/.config}/weir/trusted, whether it is there or not

// The folders in that file, one a line; `#` opens a comment. Relative lines are passed over. None if anyone could have written them.
std::vector<std::filesystem::path> trusted_folders();

// Fault W129 for each named folder that lies in none of `trusted`, symbolic links followed.
Faults distrusted(const std::vector<NamedFolder>& named, const std::vector<std::filesystem::path>& trusted);

// Why plugins of this file or folder are not loaded: anyone could have put a program there, since everyone may write to it or to a
// folder that it lies in (os/way_in.hpp). Empty if not everyone may, or if it is not there.
std::string written_by_anyone(const std::filesystem::path& path);

}  // namespace weir
