// core/record/info.cpp -- a record as JSON, and that JSON as text.
#include <weir/record/info.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include <weir/record/data/numbers.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/reduce.hpp>

namespace weir {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json number_of(const Array& scalar) {
  return visit_numbers(scalar, [](const auto* number) { return json(*number); });
}

json dataset_info(const Reader& reader, const json& declared) {
  const std::string path = declared.at("path");
  json entry{{"path", path}, {"trace", declared.value("trace", false)}};
  for (const auto* key : {"node", "name", "dtype", "unit", "description"})
    entry[key] = declared.value(key, "");
  entry["shape"] = reader.shape(path);
  if (!entry["trace"]) {
    if (entry["shape"].empty()) entry["value"] = number_of(reader.read(path));
    return entry;
  }
  const std::string group = path.substr(0, path.rfind('/'));
  const std::int64_t rows = std::min(reader.shape(path).at(0), reader.shape(group + "/step").at(0));
  entry["rows"] = rows;
  if (rows == 0) return entry;
  entry["last_step"] = reader.rows(group + "/step", rows - 1, 1).data<std::int64_t>()[0];
  if (entry["shape"].size() == 1)
    entry["last"] =
        reduce(reader, entry["node"].get<std::string>() + "." + entry["name"].get<std::string>(), "last");
  return entry;
}

json record_info(const fs::path& file, const Reader& reader) {
  const RecordState state = inspect_record(file);
  const auto schema = json::parse(reader.text("/schema"), nullptr, false);
  json result{{"kind", "record"},
              {"status", state.status},
              {"message", reader.text("/message")},
              {"locked", state.locked}};
  for (const auto* name : {"weir_format", "weir_version", "name", "run_id", "created", "default"})
    result[name] = reader.attribute("/", name);
  const Array beat = reader.read("/heartbeat");
  result["heartbeat"] = {{"unix_ns", beat.data<std::int64_t>()[0]},
                         {"rows", beat.data<std::int64_t>()[1]},
                         {"attempt", beat.data<std::int64_t>()[3]}};
  result["plugins"] = json::array();
  const auto names = reader.texts("/provenance/plugins/name"),
             versions = reader.texts("/provenance/plugins/version");
  for (std::size_t i = 0; i < names.size(); ++i)
    result["plugins"].push_back({{"name", names[i]}, {"version", versions[i]}});
  result["attempts"] = json::array();
  const auto starts = reader.texts("/provenance/attempts/start"),
             ends = reader.texts("/provenance/attempts/end");
  for (std::size_t i = 0; i < std::min(starts.size(), ends.size()); ++i)
    result["attempts"].push_back({{"start", starts[i]}, {"end", ends[i]}});
  if (!schema.is_object()) return result;
  result["nodes"] = json::array();
  for (const auto& node : schema.at("nodes")) {
    json entry{{"node", node.at("node")}, {"plugin", node.at("plugin")}, {"datasets", json::array()}};
    for (const auto& declared : schema.at("datasets"))
      if (declared.at("node") == node.at("node")) entry["datasets"].push_back(dataset_info(reader, declared));
    result["nodes"].push_back(std::move(entry));
  }
  return result;
}

void add_columns(const Reader& reader, const std::string& group, json& columns) {
  for (const auto& name : reader.members(group.empty() ? "/" : group)) {
    const std::string path = group + "/" + name;
    if (reader.is_group(path)) {
      add_columns(reader, path, columns);
      continue;
    }
    json column{{"path", path}, {"shape", reader.shape(path)}, {"unit", reader.attribute(path, "units")}};
    column["dtype"] = reader.is_text(path) ? "text" : name_of(reader.dtype(path));
    columns.push_back(std::move(column));
  }
}

std::string bytes_text(std::uintmax_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  const char* units[] = {"kB", "MB", "GB", "TB"};
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; amount >= 1000 && unit < 3; ++unit) amount /= 1000;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string shape_text(const json& shape) {
  return fmt::format("[{}]", fmt::join(shape.get<std::vector<std::int64_t>>(), ", "));
}

std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value);  // never "-nan", whatever the sign bit
}

std::string words(const json& dataset) {
  const std::string unit = dataset.value("unit", "1");
  std::string text = fmt::format("    {:<24} {:<8} {:<14}", dataset.value("name", ""),
                                 dataset.value("dtype", ""), shape_text(dataset["shape"]));
  if (dataset.contains("value") && dataset["value"].is_number())
    text += " " + number_text(dataset["value"].get<double>());
  if (dataset.contains("last"))
    text += fmt::format(" last {} at step {}", number_text(dataset["last"].get<double>()),
                        dataset["last_step"].get<std::int64_t>());
  if (!unit.empty() && unit != "1") text += fmt::format("  [{}]", unit);
  if (const auto description = dataset.value("description", ""); !description.empty())
    text += "  " + description;
  return text + "\n";
}

std::string record_text(const json& record) {
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
  std::vector<std::string> plugins;
  for (const auto& plugin : record["plugins"])
    plugins.push_back(plugin["name"].get<std::string>() + " " + plugin["version"].get<std::string>());
  text += fmt::format("  plugins   {}\n", fmt::join(plugins, ", "));
  for (const auto& node : record.value("nodes", json::array())) {
    text += fmt::format("\n  {}  ({})\n", node["node"].get<std::string>(), node["plugin"].get<std::string>());
    for (const auto& dataset : node["datasets"]) text += words(dataset);
  }
  return text;
}

}  // namespace

json info_json(const fs::path& file) {
  const Reader reader(file);
  json result;
  if (reader.attribute("/", "weir_format").empty() || !reader.has("/schema")) {
    result = {{"kind", "table"}, {"columns", json::array()}};
    add_columns(reader, "", result["columns"]);
  } else {
    result = record_info(file, reader);
  }
  result["file"] = file.string();
  result["bytes"] = fs::file_size(file);
  return result;
}

std::string info(const fs::path& file) {
  const json all = info_json(file);
  std::string text = fmt::format("{}  {}\n", file.string(), bytes_text(all["bytes"].get<std::uintmax_t>()));
  if (all["kind"] == "record") return text + record_text(all);
  for (const auto& column : all["columns"])
    text += fmt::format("  {:<40} {:<8} {}{}\n", column["path"].get<std::string>(),
                        column["dtype"].get<std::string>(), shape_text(column["shape"]),
                        column["unit"].get<std::string>().empty() || column["unit"] == "1"
                            ? ""
                            : "  [" + column["unit"].get<std::string>() + "]");
  return text;
}

}  // namespace weir
