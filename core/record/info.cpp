// core/record/info.cpp -- a record as JSON, and that JSON as text.
#include <weir/record/info.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include <weir/record/course.hpp>
#include <weir/record/data/numbers.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/written.hpp>
#include <weir/text/utf8.hpp>

namespace weir {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json number_of(const Array& scalar) {
  return visit_numbers(scalar, [](const auto* number) { return json(*number); });
}

std::int64_t rows_of(const Reader& reader, const std::string& path) {
  const auto shape = reader.shape(path);
  if (shape.empty())
    throw RecordError(fmt::format("{}: {} is one number, and a trace has rows: the record is damaged",
                                  reader.file(), path));
  return shape[0];
}

constexpr std::int64_t most_shown = 4;            // numbers of a row
constexpr std::int64_t most_looked_at = 1 << 20;  // of which least and largest are said

// The last row, and how the trace came there. JSON has no NaN: null stands for what is not finite.
void describe_rows(const Reader& reader, const std::string& path, std::int64_t rows, json& entry) {
  const auto shape = entry["shape"].get<std::vector<std::int64_t>>();
  std::int64_t width = 1;
  for (std::size_t i = 1; i < shape.size() && width <= most_looked_at; ++i)
    width = shape[i] > most_looked_at ? most_looked_at + 1 : width * shape[i];
  if (width == 0 || width > most_looked_at) return;
  const std::vector<double> last = doubles(reader.rows(path, rows - 1, 1));
  if (shape.size() == 1) {
    entry["last"] = last.at(0);
    try {
      entry["course"] = course(reader, path, rows);
    } catch (const RecordError& error) {  // what else the record holds is told all the same
      entry["course_error"] = error.what();
    }
  } else if (width <= most_shown) {
    entry["last"] = last;
  } else {
    const bool numbers = std::ranges::none_of(last, [](double value) { return std::isnan(value); });
    const auto [least, largest] = std::ranges::minmax(last);
    entry["last_range"] = {numbers ? least : NAN, numbers ? largest : NAN};
  }
}

json dataset_info(const Reader& reader, const json& declared, const std::set<std::string>& unwritten) {
  const std::string path = declared["path"];
  json entry{{"path", path}, {"trace", declared["trace"]}};
  for (const auto* key : {"node", "name", "dtype", "unit", "description"}) entry[key] = declared[key];
  entry["shape"] = reader.shape(path);
  if (!entry["trace"]) {
    entry["written"] = !unwritten.contains(path);
    if (entry["shape"].empty() && entry["written"]) entry["value"] = number_of(reader.read(path));
    return entry;
  }
  const std::string steps = path.substr(0, path.rfind('/')) + "/step";
  const std::int64_t rows = std::min(rows_of(reader, path), rows_of(reader, steps));
  entry["rows"] = rows;
  if (rows == 0) return entry;
  entry["last_step"] = static_cast<std::int64_t>(doubles(reader.rows(steps, rows - 1, 1)).at(0));
  describe_rows(reader, path, rows, entry);
  return entry;
}

// Of several columns side by side: the rows that all have.
std::vector<std::vector<std::string>> table_of(const Reader& reader, const std::string& group,
                                               const std::vector<std::string>& columns) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto cells = reader.texts(group + "/" + columns[i]);
    if (i == 0 || cells.size() < rows.size()) rows.resize(cells.size());
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row].push_back(cells[row]);
  }
  return rows;
}

// Of records that an earlier version wrote: none.
json warnings_of(const Reader& reader) {
  json lines = json::array();
  if (!reader.has("/warnings")) return lines;
  std::istringstream text(reader.text("/warnings"));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

json record_info(const fs::path& file, const Reader& reader) {
  const RecordState state = inspect_record(file);
  const json schema = read_schema(reader);
  if (!state.is_record)
    throw RecordError(fmt::format(
        "{}: it has no /status, /nodes or /pipeline/resolved_json that can be read: the record is damaged",
        file.string()));
  json result{{"kind", "record"},
              {"status", state.status},
              {"message", reader.text("/message")},
              {"warnings", warnings_of(reader)},
              {"locked", state.locked}};
  for (const auto* name : {"weir_format", "weir_version", "name", "run_id", "created", "default"})
    result[name] = reader.attribute("/", name);
  const auto beat = reader.integers("/heartbeat", 4);
  result["heartbeat"] = {{"unix_ns", beat[0]}, {"rows", beat[1]}, {"attempt", beat[3]}};
  result["plugins"] = json::array();
  for (const auto& row : table_of(reader, "/provenance/plugins", {"name", "version"}))
    result["plugins"].push_back({{"name", row[0]}, {"version", row[1]}});
  result["attempts"] = json::array();
  for (const auto& row : table_of(reader, "/provenance/attempts", {"start", "end"}))
    result["attempts"].push_back({{"start", row[0]}, {"end", row[1]}});
  std::map<std::string, json> datasets;
  const std::set<std::string> unwritten = unwritten_tensors(file);
  for (const auto& declared : schema["datasets"]) {
    json& of_node = datasets[declared["node"]];
    of_node.push_back(dataset_info(reader, declared, unwritten));
  }
  result["nodes"] = json::array();
  for (const auto& node : schema["nodes"]) {
    const auto own = datasets.find(node["node"]);
    result["nodes"].push_back({{"node", node["node"]},
                               {"plugin", node["plugin"]},
                               {"datasets", own == datasets.end() ? json::array() : own->second}});
  }
  return result;
}

// All that is no group, what is no numbers and no text too: this is where a user looks for the place of her data.
json table_info(const Reader& reader) {
  json columns = json::array();
  for (const auto& path : reader.objects("/")) {
    const std::string type = reader.type(path);
    json column{{"path", path}, {"dtype", type}, {"shape", json::array()}, {"unit", ""}};
    if (!type.ends_with("link") && type != "type" && type != "in other files") {
      column["shape"] = reader.shape(path);
      column["unit"] = reader.attribute(path, "units");
    }
    columns.push_back(std::move(column));
  }
  return {{"kind", "table"}, {"columns", columns}};
}

std::string shape_text(const json& shape) {
  return fmt::format("[{}]", fmt::join(shape.get<std::vector<std::int64_t>>(), ", "));
}

std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value);  // never "-nan", whatever the sign bit
}

// "last 0.31 at step 990 |###=__..|"
std::string course_text(const json& dataset, bool blocks) {
  std::string numbers;
  if (dataset.contains("last_range"))
    numbers = fmt::format("{} to {}", number_text(dataset["last_range"][0].get<double>()),
                          number_text(dataset["last_range"][1].get<double>()));
  else if (dataset.contains("last") && dataset["last"].is_array())
    for (const json& value : dataset["last"])
      numbers += (numbers.empty() ? "" : " ") + number_text(value.get<double>());
  else if (dataset.contains("last"))
    numbers = number_text(dataset["last"].get<double>());
  if (numbers.empty()) return "";
  std::string text = fmt::format(" last {} at step {}", numbers, dataset["last_step"].get<std::int64_t>());
  if (dataset.contains("course_error")) text += "  (rows before it are damaged: weir verify)";
  const auto values = dataset.value("course", std::vector<double>());
  return values.size() < 2 ? text : text + "  |" + sparkline(values, blocks) + "|";
}

struct Columns {
  std::size_t name = 24, shape = 14;
};

// As wide as the widest of the record.
Columns columns_of(const json& nodes) {
  Columns columns;
  for (const auto& node : nodes)
    for (const auto& dataset : node["datasets"]) {
      columns.name = std::max(columns.name, utf8::width(dataset["name"].get<std::string>()));
      columns.shape = std::max(columns.shape, shape_text(dataset["shape"]).size());
    }
  return columns;
}

std::string words(const json& dataset, const Columns& columns, bool blocks) {
  const std::string unit = dataset.value("unit", "1"), name = dataset.value("name", "");
  std::string text =
      fmt::format("    {}{} {:<8} {:<{}}", name, std::string(columns.name - utf8::width(name), ' '),
                  dataset.value("dtype", ""), shape_text(dataset["shape"]), columns.shape);
  if (dataset.contains("value") && dataset["value"].is_number())
    text += " " + number_text(dataset["value"].get<double>());
  if (!dataset.value("written", true)) text += " not written";
  text += course_text(dataset, blocks);
  if (!unit.empty() && unit != "1") text += fmt::format("  [{}]", unit);
  // Set off from the value, which not every line has.
  if (const auto description = dataset.value("description", ""); !description.empty())
    text += fmt::format("  ({})", description);
  return text + "\n";
}

std::string record_text(const json& record, bool blocks) {
  std::string status = record["status"];
  if (const std::string message = record["message"]; !message.empty()) status += ": " + message;
  if (record["locked"]) status += " (a process is writing it)";
  std::string text = fmt::format("  status    {}\n  pipeline  {}\n  created   {} by weir {}\n", status,
                                 record["name"].get<std::string>(), record["created"].get<std::string>(),
                                 record["weir_version"].get<std::string>());
  for (const auto& attempt : record["attempts"]) {
    const std::string end = attempt["end"];
    text +=
        fmt::format("  attempt   {} to {}\n", attempt["start"].get<std::string>(), end.empty() ? "?" : end);
  }
  for (const auto& warning : record["warnings"])
    text += fmt::format("  warning   {}\n", warning.get<std::string>());
  std::vector<std::string> plugins;
  for (const auto& plugin : record["plugins"])
    plugins.push_back(plugin["name"].get<std::string>() + " " + plugin["version"].get<std::string>());
  text += fmt::format("  plugins   {}\n", fmt::join(plugins, ", "));
  const Columns columns = columns_of(record["nodes"]);
  for (const auto& node : record["nodes"]) {
    text += fmt::format("\n  {}  ({})\n", node["node"].get<std::string>(), node["plugin"].get<std::string>());
    for (const auto& dataset : node["datasets"]) text += words(dataset, columns, blocks);
  }
  return text;
}

}  // namespace

json info_json(const fs::path& file) {
  const Reader reader(file);
  json result = is_record(reader) ? record_info(file, reader) : table_info(reader);
  result["file"] = file.string();
  result["bytes"] = fs::file_size(file);
  return result;
}

std::string info(const fs::path& file, bool blocks) {
  const json all = info_json(file);
  std::string text = fmt::format("{}  {}\n", file.string(), hdf5::amount(all["bytes"].get<std::uintmax_t>()));
  if (all["kind"] == "record") return text + record_text(all, blocks);
  for (const auto& column : all["columns"])
    text += fmt::format("  {:<40} {:<8} {}{}\n", column["path"].get<std::string>(),
                        column["dtype"].get<std::string>(), shape_text(column["shape"]),
                        column["unit"].get<std::string>().empty() || column["unit"] == "1"
                            ? ""
                            : "  [" + column["unit"].get<std::string>() + "]");
  return text;
}

}  // namespace weir
