// core/front/faults/printable_lines.cpp -- what no terminal may take for a command, in text of several lines.
#include <weir/front/faults/printable_lines.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>

namespace weir::wording {

std::string printable_lines(const std::string& text) {
  std::string clean;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    clean += printable(text.substr(begin, end - begin));
    if (end < text.size()) clean += '\n';
    begin = end + 1;
  }
  return clean;
}

}  // namespace weir::wording
