// tools/lab/records/sweep_info.cpp -- what the folder of a sweep holds.
#include "sweep_info.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include <weir/record/reader.hpp>
#include <weir/text/shell_word.hpp>
#include <weir/text/utf8.hpp>

#include <system/exit.hpp>
#include <text/number.hpp>
#include <text/table.hpp>

namespace weir::tools {
namespace {

// A column of index.h5: its name and, per run, a number or a text as JSON (null where there is none).
struct IndexColumn {
  std::string name;
  std::vector<nlohmann::json> cells;
};

IndexColumn read_column(const Reader& reader, const std::string& name) {
  const Array array = reader.read("/table/" + name);
  IndexColumn column{name, {}};
  if (array.dtype == DType::uint8 && array.shape.size() == 2) {
    const auto width = static_cast<std::size_t>(array.shape[1]);
    for (std::int64_t row = 0; row < array.shape[0]; ++row) {
      const char* begin = array.data<char>() + static_cast<std::size_t>(row) * width;
      column.cells.emplace_back(std::string(begin, strnlen(begin, width)));
    }
  } else if (array.dtype == DType::float64) {
    for (std::int64_t row = 0; row < array.count(); ++row) {
      const double value = array.data<double>()[row];
      column.cells.push_back(std::isnan(value) ? nlohmann::json() : nlohmann::json(value));
    }
  }
  return column;
}

// The columns of the table but for `file`, in their order there.
std::vector<IndexColumn> read_table(const Reader& reader) {
  std::vector<IndexColumn> columns;
  std::istringstream names(reader.text("/columns"));
  for (std::string name; std::getline(names, name);)
    if (name != "file") columns.push_back(read_column(reader, name));
  return columns;
}

}  // namespace

int sweep_info(const std::filesystem::path& folder, bool json) {
  const std::filesystem::path index = folder / "index.h5";
  if (!std::filesystem::exists(index))
    throw CommandError(
        invalid, fmt::format("{} is a folder without index.h5: not a sweep, or one that has not ended yet",
                             folder.string()));
  const std::vector<IndexColumn> columns = read_table(Reader(index));
  const std::size_t runs = columns.empty() ? 0 : columns[0].cells.size();
  for (const IndexColumn& column : columns)
    if (column.cells.size() != runs)
      throw RecordError(fmt::format(
          "{}: its column {} has {} cells, and {} {}: it is damaged; run the sweep again, finished "
          "runs are kept",
          index.string(), column.name, column.cells.size(), columns[0].name, runs));
  nlohmann::json out = nlohmann::json::array();
  Row head;
  std::vector<Row> rows(runs);
  for (const IndexColumn& column : columns) head.push_back(column.name);
  for (std::size_t run = 0; run < runs; ++run) {
    out.push_back(nlohmann::json::object());
    for (const IndexColumn& column : columns) {
      const nlohmann::json& cell = column.cells[run];
      out.back()[column.name] = cell;
      rows[run].push_back(cell.is_string()   ? cell.get<std::string>()
                          : cell.is_number() ? number(cell.get<double>())
                                             : "-");
    }
  }
  if (json)
    fmt::print("{}\n", out.dump(2));
  else
    fmt::print("{}", utf8::visible(fmt::format("{}   {} runs\n\n{}\none run: weir info {}/runs/RUN.h5\n",
                                               folder.string(), runs, aligned(head, rows),
                                               path_word((folder / "").parent_path().string()))));
  return fine;
}

}  // namespace weir::tools
