// core/front/plugins/trust.cpp -- whose plugins may be loaded.
#include <weir/front/plugins/trust.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <weir/os/way_in.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;

fs::path real(const fs::path& path) {
  std::error_code error;
  fs::path found = fs::weakly_canonical(path, error);
  if (error) found = path.lexically_normal();
  return found.has_filename() ? found : found.parent_path();  // without a closing slash
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

fs::path trust_file() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder)
    return fs::path(folder) / "weir/trusted";
  const char* home = std::getenv("HOME");
  return fs::path(home ? home : "") / ".config/weir/trusted";
}

std::vector<fs::path> trusted_folders() {
  std::vector<fs::path> folders;
  if (os::way_in(trust_file())) return folders;
  std::ifstream file(trust_file());
  for (std::string line; std::getline(file, line);) {
    line.erase(std::min(line.find('#'), line.size()));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    if (fs::path(line).is_absolute()) folders.emplace_back(line);
  }
  return folders;
}

Faults distrusted(const std::vector<NamedFolder>& named, const std::vector<fs::path>& trusted) {
  Faults faults;
  std::string for_good = fmt::format("for good: a line with the folder in {}", trust_file().string());
  if (const auto way = os::way_in(trust_file()))
    for_good = fmt::format("{} is not read: {}", trust_file().string(), way->words());
  for (const auto& [folder, place] : named) {
    const fs::path path = real(folder);
    if (std::ranges::any_of(trusted, [&](const fs::path& each) { return lies_in(path, real(each)); }))
      continue;
    faults.push_back({"W129",
                      place,
                      fmt::format("plugins are programs, and those of '{}' are loaded only if you trust it",
                                  path.string()),
                      fmt::format("--trust {}", path.string()),
                      {for_good},
                      {}});
  }
  return faults;
}

std::string written_by_anyone(const fs::path& path) {
  const auto way = os::way_in(path);
  if (!way) return "";
  const std::string remedy = way->foreign ? "name a folder of your own" : "chmod o-w " + way->at.string();
  return fmt::format("{}, so that anyone can put a program there; {}", way->words(), remedy);
}

}  // namespace weir
