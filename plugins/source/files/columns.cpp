// plugins/source/files/columns.cpp -- which columns, and the numbers in them.
//
// Source   RFC 4180, section 2: a header line, and as many fields in each line as there. What a field may be is told by table_file.cpp.
#include "columns.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/math/numeric/memory.hpp>

#include "table_file.hpp"

namespace weir::files {
namespace {

constexpr std::size_t most_listed = 12;
constexpr std::int64_t rows_between_looks = 1 << 16;  // at the memory

using Fields = std::vector<std::string>;

std::string listed(Fields names) {
  if (names.size() > most_listed) names.resize(most_listed), names.emplace_back("...");
  return fmt::format("{}", fmt::join(names, ", "));
}

// The table's head: names of the columns, and where they stand.
class Head {
 public:
  Head(const std::filesystem::path& file, Fields first, char separator, const ColumnsWanted& wanted)
      : file_(file.string()), named_(wanted.header.value_or(false)) {
    const auto is_number = [](const std::string& field) { return number_in(field).has_value(); };
    if (separator != ';' &&
        std::ranges::any_of(first, [&](const auto& field) { return split_by(';', field, first); }))
      throw ColumnError("separator", fmt::format("'{}' has semicolons between its fields", file_),
                        "separator: semicolon");
    if (separator != '\t' &&
        std::ranges::any_of(first, [&](const auto& field) { return split_by('\t', field, first); }))
      throw ColumnError("separator", fmt::format("'{}' has tabs between its fields", file_),
                        "separator: tab");
    if (!wanted.header) {
      named_ = std::ranges::none_of(first, is_number);
      if (!named_ && !std::ranges::all_of(first, is_number) && !is_row(first, wanted)) ambiguous(first);
      if (!named_ && increases(first)) ambiguous(first);
    }
    for (std::size_t i = 0; i < first.size(); ++i)
      names_.push_back(named_ ? trimmed(first[i]) : std::to_string(i + 1));
  }

  bool named() const { return named_; }
  std::size_t count() const { return names_.size(); }
  const std::string& name(std::size_t column) const { return names_[column]; }

  std::size_t place(const std::string& key, const std::string& name) const {
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) {
      throw ColumnError(key, fmt::format("'{}' has no column '{}'", file_, name),
                        (named_ ? "columns: " : "columns, without a header: ") + listed(names_));
    }
    if (std::ranges::count(names_, name) > 1)
      throw ColumnError(
          key, fmt::format("'{}' has {} columns '{}'", file_, std::ranges::count(names_, name), name),
          "give each a name of its own");
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::vector<std::size_t> all_but(std::optional<std::size_t> label) const {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i == label) continue;
      if (names_[i].empty() && i == 0)
        throw ColumnError(
            "columns",
            fmt::format("column {} of '{}' has no name, as the row numbers that pandas writes", i + 1, file_),
            "say which: columns: [...]; or write it by to_csv(..., index=False)");
      if (names_[i].empty())
        throw ColumnError("columns", fmt::format("column {} of '{}' has no name", i + 1, file_),
                          i + 1 < names_.size()
                              ? "give it one, or say which: columns: [...]"
                              : "take the separator at the line's end away if it is one too many, or say "
                                "which: columns: [...]");
      columns.push_back(i);
    }
    if (columns.empty())
      throw ColumnError("columns", fmt::format("'{}' has no column but the label", file_), "");
    return columns;
  }

 private:
  // Whether this stands between the fields, by the first line: in its only field, or between two numbers ("5;2" of "1,5;2,5").
  static bool split_by(char other, const std::string& field, const Fields& first) {
    const auto at = field.find(other);
    if (at == std::string::npos || first.size() == 1) return at != std::string::npos;
    return number_in(field.substr(0, at)) &&
           number_in(field.substr(at + 1, field.find(other, at + 1) - at - 1));
  }
  // A line of numbers with the text of a label at its place, which then is a number: "5".
  static bool is_row(const Fields& first, const ColumnsWanted& wanted) {
    for (std::size_t i = 0; i < first.size(); ++i)
      if (!number_in(first[i]) && std::to_string(i + 1) != wanted.label) return false;
    return true;
  }
  // 0, 1, 2, ... or 2019, 2020, ...: what pandas calls columns without names, and years.
  static bool increases(const Fields& first) {
    for (std::size_t i = 1; i < first.size(); ++i) {
      const double before = number_in(first[i - 1]).value_or(0.5), here = number_in(first[i]).value_or(0.5);
      if (before != std::floor(before) || here != before + 1) return false;
    }
    return first.size() > 1;
  }
  [[noreturn]] void ambiguous(const Fields& first) const {
    throw ColumnError("header",
                      fmt::format("whether the first line of '{}' names the columns cannot be told: {}",
                                  file_, listed(first)),
                      "header: true if it does, header: false if it is a line of data");
  }

  std::string file_;
  bool named_;
  Fields names_;
};

// Comments are none to other readers either; what to do about one, or "".
std::string comment_remedy(const Head& head, const Fields& fields) {
  const auto is_comment = [](const std::string& text) { return trimmed(text).starts_with('#'); };
  if (is_comment(fields.front()))
    return "lines that begin with # are not passed over: remove them; pandas: read_csv(..., comment=\"#\"), "
           "then to_csv";
  if (head.named() && is_comment(head.name(0)))
    return fmt::format(
        "the first line, {}, is taken for the columns' names, and comments are not known: "
        "remove it",
        head.name(0));
  return "";
}

void wrong_number(const TableFile& table, const std::string& column, const std::string& field,
                  const std::string& comment) {
  if (is_missing(field)) {
    table.fail(
        table.line(),
        fmt::format(
            "column '{}' is missing ('{}'): leave such lines out, or put numbers there; pandas: dropna() or "
            "fillna(...)",
            column, field));
  }
  const std::string remedy = comment.empty() ? number_remedy(field) : comment;
  table.fail(table.line(),
             fmt::format("'{}' in column '{}' is no number{}", field, column,
                         remedy.empty() ? "; choose others with columns: [...], or name it as label"
                                        : ": " + remedy));
}

}  // namespace

Columns read_columns(const std::filesystem::path& file, char separator, const ColumnsWanted& wanted) {
  TableFile table(file, separator);
  Fields fields;
  if (!table.next(fields)) throw std::runtime_error(fmt::format("'{}' has no lines", file.string()));
  const Head head(file, fields, separator, wanted);
  std::optional<std::size_t> label;
  if (!wanted.label.empty()) label = head.place("label", wanted.label);
  std::vector<std::size_t> columns;
  for (const std::string& name : wanted.columns) columns.push_back(head.place("columns", name));
  if (columns.empty()) columns = head.all_but(label);

  Columns read{.rows = 0,
               .width = static_cast<std::int64_t>(columns.size()),
               .names = {},
               .numbers = {},
               .labels = {}};
  if (head.named())
    for (const std::size_t column : columns) read.names.push_back(head.name(column));
  bool more = head.named() ? table.next(fields) : true;
  for (; more && (!wanted.limit || read.rows < *wanted.limit); more = table.next(fields)) {
    if (fields.size() != head.count()) {
      const std::string comment = comment_remedy(head, fields);
      table.fail(
          table.line(),
          fmt::format("there are {} fields where the first line has {}: {}", fields.size(), head.count(),
                      comment.empty() ? "a field with the separator in it stands in quotes" : comment));
    }
    for (const std::size_t column : columns) {
      const auto value = number_in(fields[column]);
      if (!value) wrong_number(table, head.name(column), fields[column], comment_remedy(head, fields));
      read.numbers.push_back(*value);
    }
    if (label) {
      const std::string text = trimmed(fields[*label]);
      read.labels.push_back(table.in_quotes(*label) ? fields[*label] : text);
      if (text.empty()) table.fail(table.line(), fmt::format("the label '{}' is missing", wanted.label));
    }
    ++read.rows;
    if (read.rows % rows_between_looks == 0 && double(read.numbers.size() * sizeof(double)) > memory_bytes())
      table.fail(table.line(),
                 "up to here the table takes all of this machine's memory: read fewer lines, limit, or fewer "
                 "columns");
  }
  if (read.rows == 0) throw std::runtime_error(fmt::format("'{}' has no line of numbers", file.string()));
  return read;
}

}  // namespace weir::files
