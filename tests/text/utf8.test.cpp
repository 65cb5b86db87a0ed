// tests/text/utf8.test.cpp -- characters of UTF-8 and the columns that they take.
#include <catch2/catch.hpp>
#include <vector>

#include <weir/text/utf8.hpp>

namespace utf8 = weir::utf8;

namespace {

// The bytes of each code point by the definition of UTF-8 (RFC 3629, section 3).
std::string encoded(char32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

const std::string e_acute = "e\xCC\x81";                    // e and a combining acute accent
const std::string ideographs = "\xE4\xB8\xAD\xE6\x96\x87";  // two, two columns each

}  // namespace

TEST_CASE("Every code point but the surrogates is a character, in the bytes of its definition") {
  for (char32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 61) {
    const std::string bytes = encoded(code), text = bytes + "x";
    const utf8::Character found = utf8::first(text);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (surrogate ? found.code.has_value() : found.code != code || found.bytes != bytes) {
      CAPTURE(static_cast<unsigned>(code));
      FAIL("a wrong character");
    }
  }
}

TEST_CASE("What is no UTF-8 counts byte by byte") {
  const std::vector<std::string> wrong = {"\x80",              // a rest without a beginning
                                          "\xC3",              // a beginning without its rest
                                          "\xC0\xAF",          // a slash in too many bytes
                                          "\xE0\x80\xAF",      // in one more
                                          "\xED\xA0\x80",      // half of a surrogate pair
                                          "\xF4\x90\x80\x80",  // beyond U+10FFFF
                                          "\xFF\xFE"};
  for (const std::string& bytes : wrong) {
    CAPTURE(bytes.size(), static_cast<int>(bytes[0]));
    CHECK_FALSE(utf8::first(bytes).code);
    CHECK(utf8::first(bytes).bytes.size() == 1);
    CHECK(utf8::count("a" + bytes + "b") == bytes.size() + 2);
    CHECK(utf8::width(bytes) == bytes.size());
  }
  CHECK(utf8::count("\xE4\xB8\xE4\xB8\xAD") == 3);  // two bytes of an ideograph, then a whole one
}

TEST_CASE("Parts are of characters, combining ones too") {
  const std::string text = "a" + e_acute + ideographs + "z";
  CHECK(utf8::count(text) == 6);
  CHECK(utf8::part(text, 1, 2) == e_acute);
  CHECK(utf8::part(text, 3, 1) == ideographs.substr(0, 3));
  CHECK(utf8::part(text, 5, 100) == "z");
  CHECK(utf8::part(text, 6, 1).empty());
  CHECK(utf8::part("", 0, 1).empty());
}

TEST_CASE("A combining character takes no column, a wide one two, all others one") {
  CHECK(utf8::width("") == 0);
  CHECK(utf8::width("plain") == 5);
  CHECK(utf8::width("\xC2\xB1"
                    "1") == 2);
  CHECK(utf8::width(e_acute) == 1);
  CHECK(utf8::width(ideographs) == 4);
  CHECK(utf8::width("\xEF\xBC\xA1") == 2);      // a fullwidth A
  CHECK(utf8::width("\xF0\x9F\x98\x80") == 2);  // a smiling face
  CHECK(utf8::width("\xE2\x80\x8D") == 0);      // a joiner
}

TEST_CASE("Text is cut to columns between characters, and an accent stays with its letter") {
  CHECK(utf8::cut("h\xC3\xA9llo", 2) == "h\xC3\xA9");
  CHECK(utf8::cut("hi", 10) == "hi");
  CHECK(utf8::cut("hi", 0).empty());
  CHECK(utf8::cut(e_acute + "x", 1) == e_acute);
  CHECK(utf8::cut(ideographs, 3) == ideographs.substr(0, 3));
  CHECK(utf8::cut("a" + ideographs, 2) == "a");  // nothing narrow may stand in for what does not fit
  CHECK(utf8::cut(ideographs + "a", 1).empty());
}

TEST_CASE("Of a stranger's text controls and broken bytes are seen and not obeyed, lines and tabs stay") {
  CHECK(utf8::visible("a\tb\nc", 10) == "a\tb\nc");
  CHECK(utf8::visible("\033[31m\r\b\x7f", 10) == "\\x1b[31m\\x0d\\x08\\x7f");
  CHECK(utf8::visible("\xC2\x9B"
                      "0m",
                      10) ==
        "\\xc2\\x9b"
        "0m");  // U+009B begins a command as ESC [ does
  CHECK(utf8::visible("\xff" + e_acute, 10) == "\\xff" + e_acute);
  CHECK(utf8::visible(ideographs, 1) == ideographs.substr(0, 3) + "... (cut: 6 bytes in all)");
  CHECK(utf8::visible("", 0).empty());
}
