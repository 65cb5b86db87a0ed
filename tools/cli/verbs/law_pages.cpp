// tools/cli/verbs/law_pages.cpp -- the laws of each kind of plugin, from the headers that state them.
#include <cli/verbs/law_pages.hpp>

#include <filesystem>
#include <fstream>
#include <string_view>

#include <system/share.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

// The comment lines after the one that begins with "// Laws", without their slashes; "" if there is none.
std::string laws_in(const fs::path& header) {
  constexpr std::string_view comment = "//";
  std::ifstream in(header);
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (inside && (!line.starts_with(comment) || line == comment)) break;
    if (inside) text += line.substr(comment.size()) + "\n";
    inside = inside || line.starts_with("// Laws");
  }
  return text;
}

}  // namespace

std::map<std::string, std::string> law_pages() {
  std::map<std::string, std::string> pages;
  std::error_code none;
  const fs::path kinds = prefix() / "include/weir/kinds";
  for (const auto& entry : fs::recursive_directory_iterator(kinds, none)) {
    if (entry.path().extension() != ".hpp") continue;
    if (const std::string laws = laws_in(entry.path()); !laws.empty())
      pages[entry.path().stem().string()] = laws;
  }
  return pages;
}

}  // namespace weir::tools
