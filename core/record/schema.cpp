// core/record/schema.cpp -- /schema, checked once for all who ask it.
#include <weir/record/schema.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace weir {
namespace {

using nlohmann::json;

// Keys with what stands for them where an older record has none; null: a record without it is damaged.
const json node_keys = {{"node", nullptr}, {"plugin", nullptr}, {"params", json::object()}};
const json dataset_keys = {{"node", nullptr},
                           {"name", nullptr},
                           {"path", nullptr},
                           {"plugin", ""},
                           {"trace", false},
                           {"dtype", ""},
                           {"shape", json::array()},
                           {"axes", json::array()},
                           {"unit", "1"},
                           {"description", ""},
                           {"attributes", json::object()},
                           {"scales", json::object()},
                           {"yaml_line", 0},
                           {"rng", ""}};

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw RecordError(fmt::format("{}: /schema {}: the record is damaged", file, why));
}

bool all_are(const json& values, bool (*is)(const json&)) {
  return std::all_of(values.begin(), values.end(), is);
}

void complete(const std::string& file, json& entry, const json& keys, const char* what) {
  if (!entry.is_object()) refuse(file, fmt::format("has a {} that is no object", what));
  for (const auto& [key, other] : keys.items()) {
    if (!other.is_null() && (!entry.contains(key) || entry[key].is_null())) entry[key] = other;
    const bool fits = entry.contains(key) && (other.is_null()     ? entry[key].is_string()
                                              : other.is_number() ? entry[key].is_number_integer()
                                                                  : entry[key].type() == other.type());
    if (!fits) refuse(file, fmt::format("has a {} whose '{}' is not as weir writes it", what, key));
  }
}

const json& list(const std::string& file, const json& schema, const char* key) {
  if (!schema.is_object() || !schema.contains(key) || !schema[key].is_array())
    refuse(file, fmt::format("has no list of {}", key));
  return schema[key];
}

}  // namespace

bool is_record(const Reader& reader) {
  return !reader.attribute("/", "weir_format").empty() && reader.has("/schema");
}

json read_schema(const Reader& reader) { return parse_schema(reader.text("/schema"), reader.file()); }

json parse_schema(const std::string& text, const std::string& file) {
  const json found = json::parse(text, nullptr, false);
  json schema{{"nodes", list(file, found, "nodes")}, {"datasets", list(file, found, "datasets")}};
  for (json& node : schema["nodes"]) complete(file, node, node_keys, "node");
  std::set<std::string> paths;
  for (json& dataset : schema["datasets"]) {
    complete(file, dataset, dataset_keys, "dataset");
    const std::string path = dataset["path"];
    if (!paths.insert(path).second) refuse(file, fmt::format("names {} twice", path));
    if (dataset["trace"] && !path.ends_with("/value"))
      refuse(file, fmt::format("has a trace at {}, which is no place of one", path));
    const auto is_text = [](const json& each) { return each.is_string(); };
    if (!all_are(dataset["shape"], [](const json& each) { return each.is_number_integer(); }) ||
        !all_are(dataset["axes"], is_text) || !all_are(dataset["attributes"], is_text) ||
        !all_are(dataset["scales"], is_text))
      refuse(file, fmt::format("describes {} otherwise than weir does", path));
  }
  return schema;
}

}  // namespace weir
