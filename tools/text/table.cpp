// tools/text/table.cpp -- rows of text as aligned columns, and as RFC 4180.
#include "table.hpp"

#include <algorithm>

#include <weir/text/utf8.hpp>

namespace weir::tools {

using utf8::width;

namespace {

bool like_number(const std::string& cell) {
  if (cell.empty() || cell == "nan" || cell == "inf" || cell == "-inf" || cell == "-") return true;
  const std::size_t first = cell[0] == '-' ? 1 : 0;
  return first < cell.size() && cell[first] >= '0' && cell[first] <= '9';
}

}  // namespace

std::string aligned(const Row& head, const std::vector<Row>& rows, const std::string& indent) {
  std::size_t columns = head.size();
  for (const Row& row : rows) columns = std::max(columns, row.size());
  std::vector<std::size_t> widths(columns, 0);
  std::vector<bool> right(columns, !rows.empty());
  for (std::size_t c = 0; c < head.size(); ++c) widths[c] = width(head[c]);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], width(row[c]));
      right[c] = right[c] && like_number(row[c]);
    }

  std::string text;
  const auto line = [&](const Row& row) {
    std::string out = indent;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string cell = c < row.size() ? row[c] : "";
      const std::string padding(widths[c] - width(cell), ' ');
      out += (c == 0 ? "" : "  ") + (right[c] ? padding + cell : cell + padding);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  };
  if (!head.empty()) line(head);
  for (const Row& row : rows) line(row);
  return text;
}

std::string text(const Table& table) {
  if (table.rows.empty()) return "";
  return aligned(table.head, table.rows) + (table.note.empty() ? "" : table.note + "\n");
}

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (char letter : cell) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + '"';
}

std::string csv_record(const Row& cells) {
  std::string record;
  for (std::size_t c = 0; c < cells.size(); ++c) record += (c > 0 ? "," : "") + csv_cell(cells[c]);
  return record + "\r\n";
}

}  // namespace weir::tools
