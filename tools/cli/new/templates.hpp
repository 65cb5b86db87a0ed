// tools/cli/new/templates.hpp -- the files that `weir new` starts from: tools/templates/, installed to share/weir/templates/.
#pragma once

#include <map>
#include <string>

namespace weir::tools {

// Values of the placeholders: "NAME" stands for @NAME@.
using Placeholders = std::map<std::string, std::string>;

// The template <file>.in with its placeholders replaced.
std::string from_template(const std::string& file, const Placeholders& values);

}  // namespace weir::tools
