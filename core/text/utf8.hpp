// core/text/utf8.hpp -- characters of UTF-8 text, and the columns that they take on a terminal.
//
// A character is a Unicode code point. A byte that belongs to none, in text that is no UTF-8, counts as a character of its own and
// takes one column: a terminal shows one sign for it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::utf8 {

struct Character {
  std::optional<char32_t> code;  // none of a byte that is no UTF-8
  std::string_view bytes;
};

Character first(std::string_view text);  // of a text that is not empty

// Calls f(Character) for each.
template <class F>
void each(std::string_view text, F&& f) {
  while (!text.empty()) {
    const Character character = first(text);
    f(character);
    text.remove_prefix(character.bytes.size());
  }
}

std::size_t count(std::string_view text);
// The characters [from, from + most).
std::string part(std::string_view text, std::size_t from, std::size_t most);

// Whether a terminal may take it for a command. Also those beyond ASCII: U+009B begins one.
constexpr bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

// Its bytes as they are written in a text: \x1b.
std::string escaped(const Character& character);

// A text of strangers as a terminal may be given it: what is no UTF-8 and controls other than newlines and tabs are escaped. Of a
// longer one the first `most` characters, and how many bytes there are in all.
std::string visible(std::string_view text, std::size_t most = std::string_view::npos);

// Terminal columns by the C library's tables: none for a combining character, two for a wide one such as an ideograph. Where a
// terminal draws several characters as one sign, as it may a family of emoji, the sum of theirs.
std::size_t width(std::string_view text);
// The longest beginning that fits into so many columns.
std::string cut(std::string_view text, std::size_t columns);

}  // namespace weir::utf8
