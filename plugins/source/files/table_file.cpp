// plugins/source/files/table_file.cpp -- fields, one character at a time.
//
// Source   RFC 4180; text/tab-separated-values (IANA)
#include "table_file.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <regex>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace weir::files {

TableFile::TableFile(const std::filesystem::path& file, char separator)
    : name_(file.string()), in_(file, std::ios::binary), separator_(separator) {
  if (!in_) throw std::runtime_error(fmt::format("'{}' cannot be read", name_));
  std::string start(4, '\0');
  in_.read(start.data(), 4);
  start.resize(static_cast<std::size_t>(in_.gcount()));
  in_.clear();
  if (start.starts_with("\x1f\x8b") || start.starts_with("PK\x03\x04"))
    throw std::runtime_error(fmt::format("'{}' is compressed: unpack it, with gunzip or unzip", name_));
  if (start.find('\0') != std::string::npos || start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    throw std::runtime_error(fmt::format(
        "'{}' is no text in UTF-8 (a spreadsheet's UTF-16, or no text): save it as CSV UTF-8", name_));
  in_.seekg(start.starts_with("\xef\xbb\xbf") ? 3 : 0);
}

void TableFile::fail(std::int64_t line, const std::string& what) const {
  throw std::runtime_error(fmt::format("{}:{}: {}", name_, line, what));
}

int TableFile::peek() { return in_.rdbuf()->sgetc(); }

int TableFile::get() {
  int c = in_.rdbuf()->sbumpc();  // the buffer itself: in_.get() takes several times as long
  if (c == '\r') {
    if (peek() == '\n') in_.rdbuf()->sbumpc();
    c = '\n';
  }
  if (c == '\0') fail(line_, "holds a zero byte, as no text does: save it as CSV UTF-8");
  if (c == '\n') ++line_;
  return c;
}

int TableFile::quoted(std::string& field) {
  const std::int64_t start = line_;
  for (;;) {
    const int c = get();
    if (c == EOF) fail(start, "a quote is opened here and never closed");
    if (c != '"') {
      field += static_cast<char>(c);
      continue;
    }
    if (peek() == '"') {
      field += static_cast<char>(get());
      continue;
    }
    int end = get();
    while (end == ' ') end = get();
    if (end != separator_ && end != '\n' && end != EOF)
      fail(line_,
           fmt::format("after the quoted field \"{}\" comes neither a separator nor the line's end", field));
    return end;
  }
}

int TableFile::plain(std::string& field) {
  int c = get();
  for (; c != separator_ && c != '\n' && c != EOF; c = get()) field += static_cast<char>(c);
  return c;
}

bool TableFile::next(std::vector<std::string>& fields) {
  for (;;) {
    fields.clear();
    in_quotes_.clear();
    line_of_row_ = line_;
    int end = separator_;
    while (end == separator_) {
      std::string field;
      while (separator_ != ' ' && peek() == ' ') field += static_cast<char>(get());
      in_quotes_.push_back(peek() == '"');
      if (in_quotes_.back()) {
        get();
        field.clear();
        end = quoted(field);
      } else {
        end = plain(field);
      }
      fields.push_back(std::move(field));
    }
    const bool blank = fields.size() == 1 && trimmed(fields.front()).empty();
    if (!blank) return true;
    if (end == EOF) return false;
  }
}

std::string trimmed(const std::string& field) {
  const auto first = field.find_first_not_of(" \t");
  return first == std::string::npos ? "" : field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

std::optional<double> number_in(const std::string& field) {
  const std::string text = trimmed(field);
  const char* start = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(start, text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

bool is_missing(const std::string& field) {
  // As pandas.read_csv, but for what is infinite.
  static const std::set<std::string> names{"",    "na",      "n/a",     "#n/a",   "#na",
                                           "nan", "-nan",    "null",    "none",   "<na>",
                                           "?",   "-1.#ind", "1.#qnan", "1.#ind", "-1.#qnan"};
  std::string lower = trimmed(field);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return names.contains(lower);
}

namespace {

// A number with commas in it. "1,000" may be either; what has three digits behind each comma is more often the first.
std::string comma_remedy(const std::string& text) {
  static const std::regex thousands(R"([+-]?\d{1,3}(,\d{3})+(\.\d*)?)");
  std::string with_point = text, without = text;
  std::ranges::replace(with_point, ',', '.');
  std::erase(without, ',');
  const bool grouped = std::regex_match(text, thousands), decimal = number_in(with_point).has_value();
  const std::string by_pandas = fmt::format("; pandas: read_csv(..., {}), then to_csv",
                                            !grouped   ? "decimal=\",\""
                                            : !decimal ? "thousands=\",\""
                                                       : "thousands=\",\" or decimal=\",\"");
  if (grouped && decimal)
    return fmt::format("{} where it means thousands, {} where the comma is the decimal point", without,
                       with_point) +
           by_pandas;
  if (grouped) return fmt::format("nothing stands between thousands, as {}", without) + by_pandas;
  if (decimal) return fmt::format("numbers have a decimal point, as {}", with_point) + by_pandas;
  return "";
}

// Numbers with this between them: of a table whose fields it separates.
bool are_numbers(const std::string& text, char between) {
  std::size_t count = 0;
  for (std::size_t first = 0; first <= text.size(); ++count) {
    const std::size_t end = std::min(text.find(between, first), text.size());
    if (!number_in(text.substr(first, end - first))) return false;
    first = end + 1;
  }
  return count > 1;
}

}  // namespace

std::string number_remedy(const std::string& field) {
  const std::string text = trimmed(field);
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (text.find(',') != std::string::npos) return comma_remedy(text);
  if (lower == "true" || lower == "false") return "write 1 for true and 0 for false; pandas: astype(int)";
  static const std::regex infinite(R"([+-]?inf(inity)?|[+-]?\d+(\.\d*)?e\+?\d+)");
  if (std::regex_match(lower, infinite))
    return "infinite, or beyond what a double holds: leave such lines out; pandas: replace([numpy.inf, "
           "-numpy.inf], "
           "numpy.nan).dropna()";
  if (are_numbers(text, ' ')) return "fields with a blank between them are read by separator: space";
  if (are_numbers(text, '|'))
    return "fields are separated by commas, tabs, semicolons or spaces; pandas: read_csv(..., sep=\"|\"), "
           "then to_csv";
  return "";
}

}  // namespace weir::files
