// plugins/source/files/columns.hpp -- numbers and labels from the columns of a table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::files {

struct ColumnsWanted {
  std::vector<std::string> columns;  // by name, or from "1" without a header; all but the label if empty
  std::string label;                 // likewise; "" for none
  std::optional<bool>
      header;  // whether the first line names the columns; unless given, it does if it holds no number
  std::optional<std::int64_t> limit;
};

struct Columns {
  std::int64_t rows = 0, width = 0;
  std::vector<std::string> names;   // of the columns, where the first line has them
  std::vector<double> numbers;      // [rows, width], finite
  std::vector<std::string> labels;  // [rows] where a label was wanted
};

// What is wrong with what was wanted, rather than with the file.
struct ColumnError : std::runtime_error {
  ColumnError(std::string of, const std::string& what, std::string then)
      : std::runtime_error(what), key(std::move(of)), remedy(std::move(then)) {}
  std::string key, remedy;  // key: columns, label, header or separator
};

// Errors: ColumnError, and std::runtime_error naming file and line, what stands there and what to do.
Columns read_columns(const std::filesystem::path& file, char separator, const ColumnsWanted& wanted);

}  // namespace weir::files
