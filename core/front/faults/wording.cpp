// core/front/faults/wording.cpp -- how values, lists and numbers are put into the sentences of faults.
#include <weir/front/faults/wording.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <weir/front/faults/fault.hpp>
#include <weir/text/invisible.hpp>
#include <weir/text/utf8.hpp>

namespace weir::wording {

using utf8::is_control;

std::string printable(const std::string& text) {
  std::string clean;
  utf8::each(text, [&](const utf8::Character& character) {
    if (character.code == U'\t')
      clean += ' ';
    else if (!character.code || is_control(*character.code))
      clean += '?';
    else
      clean += character.bytes;
  });
  return clean;
}

std::string quote(const std::string& value) {
  constexpr std::size_t longest = 60;
  std::string shown;
  utf8::each(utf8::part(value, 0, longest), [&](const utf8::Character& character) {
    if (character.code == U'\n') {
      shown += "\\n";
    } else if (!character.code || is_control(*character.code)) {
      shown += utf8::escaped(character);
    } else if (!utf8::invisible_name(*character.code).empty()) {
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(*character.code));
    } else {
      shown += character.bytes;
    }
  });
  return "'" + shown + (utf8::count(value) > longest ? "...'" : "'");
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

std::string facet(const std::string& name) {
  std::string words = name;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words.ends_with('s') ? words : with_article(words);
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
