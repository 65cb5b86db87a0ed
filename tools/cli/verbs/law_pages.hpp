// tools/cli/verbs/law_pages.hpp -- the laws of each kind of plugin, from the headers that state them.
#pragma once

#include <map>
#include <string>

namespace weir::tools {

// By kind, the text that the kind's header (include/weir/kinds/) has under "// Laws": a line "  name   rule" for each law, longer
// rules going on below. Empty where the headers are not installed.
std::map<std::string, std::string> law_pages();

}  // namespace weir::tools
