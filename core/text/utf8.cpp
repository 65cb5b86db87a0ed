// core/text/utf8.cpp -- decoding by utfcpp, widths by the C library.
#include <weir/text/utf8.hpp>

#include <locale.h>
#include <utf8.h>
#include <wchar.h>

namespace weir::utf8 {
namespace {

// wcwidth() knows characters in a UTF-8 locale only, whatever the user's is. Without C.UTF-8 it knows none, and each takes one column.
class UnicodeWidths {
 public:
  UnicodeWidths() : before_(::uselocale(unicode())) {}
  ~UnicodeWidths() { ::uselocale(before_); }
  UnicodeWidths(const UnicodeWidths&) = delete;
  UnicodeWidths& operator=(const UnicodeWidths&) = delete;

  std::size_t of(const Character& character) const {
    const int columns = character.code ? ::wcwidth(static_cast<wchar_t>(*character.code)) : -1;
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);  // -1: no sign that the table knows
  }

 private:
  static locale_t unicode() {
    static const locale_t all = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return all;
  }
  locale_t before_;
};

}  // namespace

Character first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {char32_t{lead}, text.substr(0, 1)};
  for (std::size_t bytes = 2; bytes <= 4 && bytes <= text.size(); ++bytes) {
    const std::string_view start = text.substr(0, bytes);
    const char* at = start.data();
    if (::utf8::is_valid(at, at + bytes)) return {char32_t{::utf8::unchecked::next(at)}, start};
  }
  return {std::nullopt, text.substr(0, 1)};
}

std::size_t count(std::string_view text) {
  std::size_t characters = 0;
  each(text, [&](const Character&) { ++characters; });
  return characters;
}

std::string part(std::string_view text, std::size_t from, std::size_t most) {
  std::string found;
  std::size_t i = 0;
  each(text, [&](const Character& character) {
    if (i >= from && i - from < most) found += character.bytes;
    ++i;
  });
  return found;
}

std::string escaped(const Character& character) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : character.bytes) {
    text += "\\x";
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string visible(std::string_view text, std::size_t most) {
  const std::size_t bytes = text.size();
  std::string shown;
  for (std::size_t characters = 0; !text.empty() && characters < most; ++characters) {
    const Character character = first(text);
    const bool layout = character.code == U'\n' || character.code == U'\t';
    const bool sign = character.code && !is_control(*character.code);
    shown += layout || sign ? std::string(character.bytes) : escaped(character);
    text.remove_prefix(character.bytes.size());
  }
  if (!text.empty()) shown += "... (cut: " + std::to_string(bytes) + " bytes in all)";
  return shown;
}

std::size_t width(std::string_view text) {
  const UnicodeWidths widths;
  std::size_t columns = 0;
  each(text, [&](const Character& character) { columns += widths.of(character); });
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  const UnicodeWidths widths;
  std::size_t taken = 0, bytes = 0;
  bool fits = true;
  each(text, [&](const Character& character) {
    taken += widths.of(character);
    fits = fits && taken <= columns;
    if (fits) bytes += character.bytes.size();
  });
  return std::string(text.substr(0, bytes));
}

}  // namespace weir::utf8
