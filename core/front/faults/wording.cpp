// core/front/faults/wording.cpp -- how values, lists and numbers are put into the sentences of faults.
#include <weir/front/faults/wording.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/faults/fault.hpp>

namespace weir::wording {

std::size_t utf8_length(const std::string& text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const auto tail = [&](std::size_t k) { return (byte(k) & 0xC0) == 0x80; };
  const unsigned c = byte(i);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c < 0xE0) return tail(i + 1) ? 2 : 0;
  if (c >= 0xE0 && c < 0xF0) {
    const bool overlong = c == 0xE0 && byte(i + 1) < 0xA0;
    const bool surrogate = c == 0xED && byte(i + 1) >= 0xA0;
    return tail(i + 1) && tail(i + 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (c >= 0xF0 && c < 0xF5) {
    const bool overlong = c == 0xF0 && byte(i + 1) < 0x90;
    const bool beyond = c == 0xF4 && byte(i + 1) >= 0x90;
    return tail(i + 1) && tail(i + 2) && tail(i + 3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::string printable(const std::string& text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text, i);
    if (c == '\t') {
      clean += ' ';
    } else if (length == 0 || c < 0x20 || c == 0x7F) {
      clean += '?';
    } else {
      clean += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return clean;
}

std::string quote(const std::string& value) {
  std::string shown;
  std::size_t characters = 0;
  for (const unsigned char c : value) {
    const bool continuation = (c & 0xC0) == 0x80;
    if (!continuation && ++characters > 60) return "'" + shown + "...'";
    if (c == '\n') {
      shown += "\\n";
    } else if (c < 0x20 || c == 0x7F) {
      shown += fmt::format("\\x{:02x}", c);
    } else {
      shown += static_cast<char>(c);
    }
  }
  return "'" + shown + "'";
}

std::string listed(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "'" + words[i] + "'";
  }
  return text;
}

std::string count(std::size_t n, const std::string& noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string with_article(const std::string& noun) {
  const bool vowel = !noun.empty() && std::string("aeiou").find(noun.front()) != std::string::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

std::string number(double value) {
  std::string text = fmt::format("{}", value);
  if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

bool is_name(const std::string& word) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (word.empty() || !letter(word.front())) return false;
  for (const char c : word) {
    if (!letter(c) && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

}  // namespace weir::wording
