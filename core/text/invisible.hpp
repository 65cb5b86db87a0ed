// core/text/invisible.hpp -- characters of which one sees nothing, or no more than of a blank.
#pragma once

#include <string>
#include <string_view>

namespace weir::utf8 {

// "a no-break space" of U+00A0, a zero-width space, a byte-order mark, a soft hyphen, marks of direction, wide and thin blanks...; "" of
// what can be seen, of a blank, of a tab and of controls.
std::string_view invisible_name(char32_t code);

// "U+00A0"
std::string code_point(char32_t code);

// Whether it stands where a blank would, as a no-break space does, and unlike a zero-width one.
bool is_like_a_blank(char32_t code);

}  // namespace weir::utf8
