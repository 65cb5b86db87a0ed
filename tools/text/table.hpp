// tools/text/table.hpp -- rows of text as aligned columns, and as RFC 4180.
#pragma once

#include <string>
#include <vector>

namespace weir::tools {

using Row = std::vector<std::string>;

struct Table {
  Row head;
  std::vector<Row> rows;
  std::string note{};  // a line below it
};

// Columns two spaces apart, as wide as their widest cell; a column whose cells (not its head) all start like
// numbers is set flush right. Ends with a newline; no trailing spaces. Short rows are filled with empty
// cells.
std::string aligned(const Row& head, const std::vector<Row>& rows, const std::string& indent = "");

// The same with the table's note; "" without rows.
std::string text(const Table& table);

// RFC 4180: cells with commas, quotes or line breaks are quoted, quotes doubled; a record of them with its CRLF.
std::string csv_cell(const std::string& cell);
std::string csv_record(const Row& cells);

}  // namespace weir::tools
