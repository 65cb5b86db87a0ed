// core/front/yaml/yaml_source.cpp -- the text of a YAML file: what bytes it may hold, and the place of each
// position.
#include <weir/front/yaml/yaml_source.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/yaml/yaml.hpp>
#include <weir/text/invisible.hpp>
#include <weir/text/shell_word.hpp>
#include <weir/text/utf8.hpp>

namespace weir::yaml {
namespace {

// YAML takes a tab for a blank on a line of blanks and before a comment; yaml-cpp does not after a plain text.
void blank_lines_without_tabs(std::string& text) {
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::size_t word = std::min(text.find_first_not_of(" \t", from), end);
    if (word == end || text[word] == '#') std::replace(text.begin() + from, text.begin() + word, '\t', ' ');
    from = end + 1;
  }
}

}  // namespace

Source::Source(const std::string& bytes, std::string name) : name_(std::move(name)) {
  const std::size_t from = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  text_.reserve(bytes.size());
  for (std::size_t i = from; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    text_ += bytes[i];
  }
  blank_lines_without_tabs(text_);
  lines_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') lines_.push_back(i + 1);
  }
}

bool Source::check(Faults& faults) const {
  const auto fault = [&](const char* code, const Place& place, const std::string& message,
                         const std::string& remedy) {
    faults.push_back({code, place, message, remedy, {}, {}});
    return false;
  };
  const Place whole{name_, 0, 0, 1};
  if (text_.starts_with("\x89HDF"))
    return fault("W104", whole, "this is an HDF5 file, and a pipeline is text",
                 fmt::format("the pipeline of a record: weir info {}:/pipeline/source", path_word(name_)));
  if (text_.size() > most_bytes)
    return fault("W103", whole, "a pipeline file holds at most 1 MiB, and this one is larger", "");
  bool indenting = true, comment = false, blank = true;
  for (std::size_t i = 0; i < text_.size();) {
    const unsigned char c = text_[i];
    const int at = static_cast<int>(i);
    if (c == '\n') {
      indenting = true;
      comment = false;
    } else if (c == '\t') {
      // a blank, or a fault where it indents
    } else if (c < 0x20 || c == 0x7F) {
      return fault("W104", place(at),
                   fmt::format("a pipeline is text, and here stands the control byte 0x{:02x}", c),
                   "remove it");
    } else {
      const utf8::Character character = utf8::first(std::string_view(text_).substr(i));
      if (!character.code)
        return fault("W104", place(at),
                     fmt::format("a pipeline is UTF-8, and the byte 0x{:02x} here is not", c),
                     "save the file as UTF-8");
      if (const auto name = utf8::invisible_name(*character.code); indenting && !comment && !name.empty())
        return fault("W104", place(at),
                     fmt::format("a line is indented with blanks, and here stands {} ({})", name,
                                 utf8::code_point(*character.code)),
                     utf8::is_like_a_blank(*character.code) ? "write a plain blank" : "remove it");
      if (indenting && c == '#') comment = true;
      if (c != ' ') indenting = false;
      if (c != ' ' && !comment) blank = false;
      i += character.bytes.size();
      continue;
    }
    ++i;
  }
  if (blank) return fault("W102", whole, "this pipeline is empty", "a pipeline needs at least 'nodes:'");
  return true;
}

std::string Source::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > lines_.size()) return "";
  const std::size_t from = lines_[number - 1];
  return text_.substr(from, std::min(text_.find('\n', from), text_.size()) - from);
}

std::optional<Place> Source::indenting_tab(int number) const {
  const std::string text = line(number);
  const std::size_t tab = text.find('\t'), word = text.find_first_not_of(" \t");
  if (tab == std::string::npos || word == std::string::npos || tab > word) return std::nullopt;
  return Place{name_, number, static_cast<int>(tab) + 1, 1};
}

Place Source::place(int position) const {
  const std::size_t at = std::clamp<std::size_t>(position < 0 ? 0 : position, 0, text_.size());
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), at);
  const std::size_t line = static_cast<std::size_t>(next - lines_.begin());
  // Positions mostly come in order, so counting goes on from the last one: a file may be one line of a
  // megabyte.
  const std::size_t start = lines_[line - 1];
  if (counted_to_ < start || counted_to_ > at) {
    counted_to_ = start;
    column_ = 1;
  }
  for (; counted_to_ < at; ++column_)
    counted_to_ += utf8::first(std::string_view(text_).substr(counted_to_)).bytes.size();
  return {name_, static_cast<int>(line), column_, 1};
}

// Past the tag and the anchor that may stand before a value.
std::size_t Source::after_properties(int position) const {
  std::size_t at = position < 0 ? 0 : position;
  while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {
    const std::size_t end = text_.find_first_of(" \n", at);
    if (end == std::string::npos) break;
    at = std::min(text_.find_first_not_of(" \n", end), text_.size());
  }
  return at;
}

bool Source::reads(int position, const std::string& value) const {
  return text_.compare(after_properties(position), value.size(), value) == 0;
}

bool Source::opens(int position) const {
  const std::size_t at = after_properties(position);
  return at < text_.size() && (text_[at] == '[' || text_[at] == '{');
}

Place Source::value_place(int position) const {
  const std::size_t at = after_properties(position);
  Place found = place(static_cast<int>(at));
  found.length = span(static_cast<int>(at));
  return found;
}

// The position behind the quote or bracket that ends what starts at `from`; 0 if there is none before `end`.
std::size_t Source::closing(std::size_t from, std::size_t end) const {
  int open = 0;
  char quote = 0;
  for (std::size_t i = from; i < end; ++i) {
    const char c = text_[i];
    if (quote) {
      if (c == '\\' && quote == '"') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++open;
    } else if (c == ']' || c == '}') {
      --open;
    }
    if (!quote && open <= 0) return i + 1;
  }
  return 0;
}

bool Source::closes(int position) const { return closing(after_properties(position), text_.size()) > 0; }

int Source::span(int position) const {
  const std::size_t from = position;
  const std::size_t line_end = std::min(text_.find('\n', from), text_.size());
  if (from >= line_end || std::string("\"'[{").find(text_[from]) == std::string::npos) return 1;
  const std::size_t end = closing(from, line_end);
  return std::max(1, static_cast<int>(utf8::count(text_.substr(from, (end ? end : line_end) - from))));
}

bool Source::dollar_before(int position) const {
  if (position < 1 || static_cast<std::size_t>(position) > text_.size()) return false;
  return text_[position - 1] == '$' ||
         (position > 1 && text_[position - 1] == '{' && text_[position - 2] == '$');
}

}  // namespace weir::yaml
