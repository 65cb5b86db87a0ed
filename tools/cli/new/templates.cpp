// tools/cli/new/templates.cpp -- the files that `weir new` starts from: tools/templates/, installed to share/weir/templates/.
#include "templates.hpp"

#include <fstream>
#include <iterator>

#include <system/share.hpp>

namespace weir::tools {

std::string from_template(const std::string& file, const Placeholders& values) {
  std::ifstream in(shared_file("templates/" + file + ".in"), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const auto& [name, value] : values) {
    const std::string placeholder = "@" + name + "@";
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += value.size())
      text.replace(at, placeholder.size(), value);
  }
  return text;
}

}  // namespace weir::tools
