// core/front/faults/printable_lines.hpp -- text of whoever's, for a terminal.
#pragma once

#include <string>

namespace weir::wording {

// printable() line by line: newlines stay.
std::string printable_lines(const std::string& text);

}  // namespace weir::wording
