// plugins/source/files/table_file.hpp -- lines of fields between commas, tabs or semicolons.
//
// Fields may stand in quotes, with "" for a quote, and may then hold separators and ends of lines. Lines end with LF, CRLF or CR; a
// byte order mark is passed over, and so are blank lines.
//
// Source   RFC 4180; text/tab-separated-values (IANA)
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace weir::files {

class TableFile {
 public:
  // Errors: std::runtime_error naming the file and what is wrong.
  explicit TableFile(const std::filesystem::path& file, char separator);

  // The fields of the next line that is not blank; false at the end. Errors: std::runtime_error with the line.
  bool next(std::vector<std::string>& fields);
  std::int64_t line() const { return line_of_row_; }  // where these fields start, counted from 1
  // Whether the field stood in quotes: blanks at its ends are then a part of it.
  bool in_quotes(std::size_t field) const { return in_quotes_[field]; }

  [[noreturn]] void fail(std::int64_t line, const std::string& what) const;

 private:
  int get();   // the next character, every end of a line as '\n'; EOF at the end
  int peek();  // the one after it

  // One field into `field`; the character that ended it.
  int quoted(std::string& field);
  int plain(std::string& field);

  std::string name_;
  std::ifstream in_;
  char separator_;
  std::int64_t line_ = 1, line_of_row_ = 0;
  std::vector<bool> in_quotes_;  // of the fields of this line
};

// A number as programs write it: 1, -2.5, +1e-3; surrounded by spaces or not. Infinite ones and NaN are none.
std::optional<double> number_in(const std::string& field);
// Whether nothing stands there, or what programs write for it: NA, nan, null, ...
bool is_missing(const std::string& field);
// What to do about a field that is no number, to stand behind it; "" if nothing is known.
std::string number_remedy(const std::string& field);

// `field` without spaces around it.
std::string trimmed(const std::string& field);

}  // namespace weir::files
