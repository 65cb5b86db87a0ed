// core/front/yaml/spelled_number.cpp -- separators of thousands, decimal commas, suffixes, per cent, powers and quotients.
#include <weir/front/yaml/spelled_number.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/text/invisible.hpp>
#include <weir/text/utf8.hpp>

namespace weir {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(const std::string& text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

// Minus signs and blanks of typography as those of a keyboard, without blanks around; _ ' and blanks between digits are left out.
std::string typed(const std::string& text) {
  std::string plain;
  utf8::each(text, [&](const utf8::Character& character) {
    const char32_t code = character.code.value_or(0);
    if (code == 0x2212 || code == 0x2013)
      plain += '-';
    else if (code == 0x2019)
      plain += '\'';
    else if (utf8::is_like_a_blank(code) || code == U'\t')
      plain += ' ';
    else if (utf8::invisible_name(code).empty())
      plain += character.bytes;
  });
  while (plain.starts_with(' ')) plain.erase(0, 1);
  while (plain.ends_with(' ')) plain.pop_back();
  std::string joined;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const bool between = i > 0 && i + 1 < plain.size() && is_digit(plain[i - 1]) && is_digit(plain[i + 1]);
    if (!between || std::string("_' ").find(plain[i]) == std::string::npos) joined += plain[i];
  }
  return joined;
}

// Whether separators at these places set off groups of three digits, up to `end`.
bool groups(const std::string& text, char separator, std::size_t end) {
  std::size_t from = text.find(separator);
  const std::string first = text.substr(0, from);
  if (!all_digits(first) || first.size() > 3 || (first.size() > 1 && first.front() == '0')) return false;
  while (from < end) {
    const std::size_t next = std::min(text.find(separator, from + 1), end);
    if (next - from != 4 || !all_digits(text.substr(from + 1, 3))) return false;
    from = next;
  }
  return true;
}

std::string without(std::string text, char separator) {
  std::erase(text, separator);
  return text;
}

// Digits with commas and points, without sign and exponent, as decimal numbers.
std::vector<std::string> separated(const std::string& text) {
  const std::size_t comma = text.rfind(','), point = text.rfind('.');
  if (comma == std::string::npos && point == std::string::npos) return {text};
  if (comma != std::string::npos && point != std::string::npos) {
    const char mark = comma > point ? ',' : '.', thousands = comma > point ? '.' : ',';
    const std::size_t end = std::max(comma, point);
    if (text.find(mark) != end || !groups(text, thousands, end)) return {};
    std::string plain = without(text, thousands);
    std::ranges::replace(plain, ',', '.');
    return {plain};
  }
  const char mark = comma != std::string::npos ? ',' : '.';
  const bool once = text.find(mark) == text.rfind(mark);
  if (mark == '.' && once) return {text};
  std::vector<std::string> plain;
  if (groups(text, mark, text.size()) && text.front() != '0') plain.push_back(without(text, mark));
  if (once) plain.push_back(std::string(text).replace(text.find(mark), 1, "."));
  return plain;
}

// A number with sign and exponent, its separators apart.
std::vector<std::string> decimal(const std::string& text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::size_t end = std::min(text.find_first_of("eE", sign), text.size());
  std::vector<std::string> plain;
  for (const std::string& digits : separated(text.substr(sign, end - sign))) {
    const std::string whole = (text.starts_with('-') ? "-" : "") + digits + text.substr(end);
    if (scalar::number(whole)) plain.push_back(whole);
  }
  return plain;
}

// 10k, 2M, 50 %.
std::optional<std::pair<std::string, double>> scaled(const std::string& text) {
  static const std::vector<std::pair<char, double>> suffixes = {
      {'k', 1e3}, {'K', 1e3}, {'M', 1e6}, {'%', 0.01}};
  const auto found = std::ranges::find(suffixes, text.back(), [](const auto& each) { return each.first; });
  if (found == suffixes.end()) return std::nullopt;
  std::string digits = text.substr(0, text.size() - 1);
  while (digits.ends_with(' ')) digits.pop_back();
  return std::pair(digits, found->second);
}

// 2^10, 10**3, 1/2 of plain numbers.
std::optional<double> computed(const std::string& text) {
  for (const std::string sign : {"**", "^", "/"}) {
    const std::size_t at = text.find(sign);
    if (at == std::string::npos) continue;
    const auto left = scalar::number(text.substr(0, at)),
               right = scalar::number(text.substr(at + sign.size()));
    if (!left || !right) return std::nullopt;
    const double value = sign == "/" ? *left / *right : std::pow(*left, *right);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> plain_spellings(const std::string& text) {
  const std::string plain = typed(text);
  if (plain.empty()) return {};
  std::vector<std::string> found;
  if (const auto value = computed(plain)) {
    found.push_back(wording::number(*value));
  } else if (const auto part = scaled(plain)) {
    for (const std::string& number : decimal(part->first)) {
      const double times =
          part->second < 1 ? *scalar::number(number) / 100 : *scalar::number(number) * part->second;
      found.push_back(wording::number(times));
    }
  } else {
    found = decimal(plain);
  }
  std::erase(found, text);
  return found;
}

bool is_whole_spelling(const std::string& plain) {
  return scalar::whole(plain) &&
         (plain.find('.') == std::string::npos || plain.find_first_of("eE") != std::string::npos);
}

std::string number_remedy(const yaml::Node& value, const std::function<bool(const std::string&)>& accepts) {
  if (!value.is_scalar()) {
    const bool one = value.is_list() && value.items.size() == 1 && value.items[0].is_scalar();
    return one && accepts(value.items[0].text) ? "write the number without brackets" : "";
  }
  const std::string& text = value.text;
  if (value.quoted && accepts(text)) return "write it without quotes";
  if (text == ".inf" || text == "-.inf" || text == ".nan" || text == "inf" || text == "nan")
    return "it must be finite";
  std::vector<std::string> plain = plain_spellings(text);
  std::erase_if(plain, [&](const std::string& each) { return !accepts(each); });
  if (plain.size() > 1) return fmt::format("write {}, or {} if that is meant", plain[0], plain[1]);
  if (!plain.empty()) return "write " + plain[0];
  return scalar::too_large(text) ? "it does not fit a 64-bit number" : "";
}

std::string split_number_remedy(const yaml::Node& map, const std::string& key) {
  const auto rest = std::ranges::find(map.entries, key, &yaml::Entry::key);
  if (rest == map.entries.end() || !rest->value.is_null()) return "";
  auto start = rest;
  std::string digits;
  while (start != map.entries.begin() && start->value.is_null() && all_digits(start->key) &&
         start->key.size() == 3) {
    digits = start->key + digits;
    --start;
  }
  const std::string& head = start->value.text;
  if (digits.empty() || !start->value.is_scalar() || start->value.quoted || !all_digits(head) ||
      head.size() > 3)
    return "";
  return "write " + start->key + ": " + head + digits;
}

}  // namespace weir
