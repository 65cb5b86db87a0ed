// core/record/data/dotted_path.cpp -- dots to slashes and back.
#include <weir/record/data/dotted_path.hpp>

#include <algorithm>

namespace weir {

std::string record_path(const std::string& dotted) {
  std::string path = dotted;
  std::ranges::replace(path, '.', '/');
  return std::string(nodes_group) + "/" + path;
}

std::string dotted_path(const std::string& path) {
  const std::string prefix = std::string(nodes_group) + "/";
  std::string dotted = path.substr(path.starts_with(prefix) ? prefix.size() : path.starts_with('/') ? 1 : 0);
  std::ranges::replace(dotted, '/', '.');
  return dotted;
}

}  // namespace weir
