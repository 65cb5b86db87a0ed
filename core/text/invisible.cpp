// core/text/invisible.cpp -- what Unicode calls these characters, in plain words.
#include <weir/text/invisible.hpp>

#include <fmt/format.h>

namespace weir::utf8 {

std::string_view invisible_name(char32_t code) {
  if (code == 0x00A0) return "a no-break space";
  if (code == 0x202F) return "a narrow no-break space";
  if (code == 0x3000) return "a wide space";
  if (code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x205F) return "a typographic space";
  if (code == 0x00AD) return "a soft hyphen";
  if (code == 0x200B) return "a zero-width space";
  if (code == 0x200C || code == 0x200D || code == 0x2060) return "a zero-width joiner";
  if (code == 0xFEFF) return "a byte-order mark";
  if (code == 0x2028 || code == 0x2029) return "a separator of lines";
  const bool direction = code == 0x061C || code == 0x200E || code == 0x200F ||
                         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  if (direction) return "a mark of direction";
  if ((code >= 0x2061 && code <= 0x2064) || code == 0x180E || (code >= 0xFE00 && code <= 0xFE0F) ||
      (code >= 0xE0000 && code <= 0xE0FFF))
    return "an invisible character";
  return "";
}

std::string code_point(char32_t code) { return fmt::format("U+{:04X}", static_cast<std::uint32_t>(code)); }

bool is_like_a_blank(char32_t code) { return invisible_name(code).ends_with(" space") && code != 0x200B; }

}  // namespace weir::utf8
