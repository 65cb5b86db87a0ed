// tools/system/python.hpp -- Python, for what is written in it.
#pragma once

#include <string>
#include <vector>

namespace weir::tools {

// WEIR_PYTHON, or /usr/bin/python3.
std::string python_program();

// Python with these words takes this program's place; the package weir is found. Throws CommandError(plugin_failed) if there is none:
// `what` ("the report") is made by it, of which `needs` says what to install.
[[noreturn]] void become_python(std::vector<std::string> words, const std::string& what,
                                const std::string& needs);

}  // namespace weir::tools
