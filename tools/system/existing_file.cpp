// tools/system/existing_file.cpp -- a file that the user named, or what was probably meant.
#include "existing_file.hpp"

#include <fmt/format.h>

#include <weir/front/faults/fault.hpp>

#include "exit.hpp"

namespace weir::tools {

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
}

std::filesystem::path existing_file(const std::string& name) {
  const std::filesystem::path path = name;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return path;
  if (std::filesystem::is_directory(path, ignored))
    throw CommandError(invalid, fmt::format("{} is a folder, not a file", name));
  if (std::filesystem::exists(path, ignored)) return path;  // a pipe such as /dev/stdin
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(folder, ignored))
    throw CommandError(invalid, fmt::format("there is no folder {}", folder.string()));
  std::vector<std::string> siblings;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    siblings.push_back(path.has_parent_path() ? (folder / entry.path().filename()).string()
                                              : entry.path().filename().string());
  throw CommandError(invalid, fmt::format("there is no file {}{}", name, suggestion(name, siblings)));
}

}  // namespace weir::tools
