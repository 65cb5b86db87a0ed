// core/front/yaml/misspelt_line.cpp -- what looks like `key: value` to a reader, and not to YAML.
#include <weir/front/yaml/misspelt_line.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/text/invisible.hpp>
#include <weir/text/utf8.hpp>

namespace weir::yaml {
namespace {

using wording::quote;

constexpr const char* name_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.";

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, end - from + 1);
}

bool is_colon(char32_t code) {
  return code == 0xFF1A || code == 0xFE55 || code == 0xFE13 || code == 0xA789 || code == 0x2236;
}

std::string write(const std::string& key, const std::string& rest) {
  const std::string value = trimmed(rest);
  return "write " + quote(key + ":" + (value.empty() ? "" : " " + value));
}

bool says_nothing(const std::string& line) { return trimmed(line).empty() || trimmed(line).front() == '#'; }

// A word alone above lines that are indented further: `nodes` for `nodes:`.
std::optional<Fault> bare_key(const Source& source, int line) {
  const std::string text = source.line(line), word = trimmed(text), next = source.line(line + 1);
  const std::size_t from = text.find_first_not_of(' ');
  if (!wording::is_name(word) || next.find_first_not_of(' ') == std::string::npos ||
      next.find_first_not_of(' ') <= from)
    return std::nullopt;
  return Fault{"W105",
               {source.name(), line, static_cast<int>(from) + 1, static_cast<int>(word.size())},
               "this is not YAML: a colon is missing after " + quote(word),
               "write " + quote(word + ":"),
               {},
               {}};
}

}  // namespace

std::optional<Misspelt> misspelt_entry(const std::string& text) {
  std::size_t from = text.find_first_not_of(" \t");
  while (from != std::string::npos && text.compare(from, 2, "- ") == 0)
    from = text.find_first_not_of(" \t", from + 1);
  if (from == std::string::npos) return std::nullopt;
  const std::size_t end = std::min(text.find_first_not_of(name_letters, from), text.size());
  const std::string key = text.substr(from, end - from);
  if (key.empty() || end == text.size() || !wording::is_name(key.substr(0, key.find('.'))))
    return std::nullopt;
  const std::size_t next = text.find_first_not_of(' ', end);
  const std::size_t at = next != std::string::npos && text[next] == ':' ? next : end;  // seed :1
  const utf8::Character sign = utf8::first(std::string_view(text).substr(at));
  const std::size_t after = at + sign.bytes.size();
  const std::string rest = text.substr(after);
  if (sign.code && is_colon(*sign.code))
    return Misspelt{
        fmt::format("the colon here is {}, and not that of a keyboard", utf8::code_point(*sign.code)),
        write(key, rest), from, after};
  if (sign.code == U':' && !rest.empty() && rest.front() != ' ' && rest.front() != '\t' &&
      !rest.starts_with("//")) {
    const utf8::Character blank = utf8::first(rest);
    const std::string_view name = blank.code ? utf8::invisible_name(*blank.code) : "";
    if (!name.empty())
      return Misspelt{fmt::format("after the colon stands {} ({})", name, utf8::code_point(*blank.code)),
                      "write a plain blank", from, after};
    return Misspelt{"a blank is missing after the colon", write(key, rest), from, after};
  }
  if (next != std::string::npos && text[next] == '=' && text.compare(next, 2, "==") != 0)
    return Misspelt{"a value is given with a colon, and here stands '='", write(key, text.substr(next + 1)),
                    from, next + 1};
  return std::nullopt;
}

std::optional<Fault> misspelt_line(const Source& source, int line) {
  const std::string text = source.line(line);
  const auto found = misspelt_entry(text);
  if (!found) return std::nullopt;
  const int column = static_cast<int>(utf8::count(text.substr(0, found->from))) + 1;
  const int length = static_cast<int>(utf8::count(text.substr(found->from, found->end - found->from)));
  return Fault{
      "W105", {source.name(), line, column, length}, "this is not YAML: " + found->message, found->remedy, {},
      {}};
}

Faults misspelt_lines(const Source& source, int line) {
  Faults faults;
  for (int above = line; above > 0; --above) {
    if (above < line && says_nothing(source.line(above))) continue;
    auto fault = misspelt_line(source, above);
    if (!fault && above < line) fault = bare_key(source, above);
    if (fault)
      faults.insert(faults.begin(), *fault);
    else if (above < line)
      break;
  }
  return faults;
}

}  // namespace weir::yaml
