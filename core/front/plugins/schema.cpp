// core/front/plugins/schema.cpp -- plugin schemas to JSON and back.
#include <weir/front/plugins/schema.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace weir {
namespace {

using nlohmann::json;

constexpr std::array type_names = {"boolean", "integer", "number", "angle", "text", "choice",
                                   "path",    "numbers", "matrix", "draw",  "texts"};

template <class T>
const T* named(const std::vector<T>& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

json json_of(const ParamSchema& param) {
  json j = {{"name", param.name},         {"type", type_names[static_cast<std::size_t>(param.type)]},
            {"required", param.required}, {"fallback", param.fallback},
            {"unit", param.unit},         {"description", param.description}};
  if (param.minimum) j["minimum"] = *param.minimum;
  if (param.maximum) j["maximum"] = *param.maximum;
  if (param.minimum_excluded) j["minimum_excluded"] = true;
  if (param.maximum_excluded) j["maximum_excluded"] = true;
  if (!param.choices.empty()) j["choices"] = param.choices;
  return j;
}

ParamSchema param_of(const json& j) {
  ParamSchema param;
  param.name = j.at("name");
  const auto type = std::find(type_names.begin(), type_names.end(), j.at("type").get<std::string>());
  if (type == type_names.end())
    throw std::runtime_error("unknown parameter type '" + j.at("type").get<std::string>() + "'");
  param.type = static_cast<ParamType>(type - type_names.begin());
  param.required = j.at("required");
  param.fallback = j.at("fallback");
  param.unit = j.at("unit");
  param.description = j.at("description");
  if (j.contains("minimum")) param.minimum = j.at("minimum").get<double>();
  if (j.contains("maximum")) param.maximum = j.at("maximum").get<double>();
  param.minimum_excluded = j.value("minimum_excluded", false);
  param.maximum_excluded = j.value("maximum_excluded", false);
  param.choices = j.value("choices", std::vector<std::string>{});
  return param;
}

}  // namespace

const ParamSchema* PluginSchema::param(const std::string& wanted) const { return named(params, wanted); }
const PortSchema* PluginSchema::port(const std::string& wanted) const { return named(ports, wanted); }
const OutputSchema* PluginSchema::output(const std::string& wanted) const { return named(outputs, wanted); }

std::vector<std::string> reserved_names() {
  std::vector<std::string> names = reserved_keys;
  names.push_back("use");
  return names;
}

bool is_reserved(const std::string& name) {
  const std::vector<std::string> names = reserved_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

void PluginSchema::set_id(const std::string& id) {
  const std::size_t last = id.rfind('/');
  const std::size_t first =
      last == std::string::npos || last == 0 ? std::string::npos : id.rfind('/', last - 1);
  vendor = first == std::string::npos ? "" : id.substr(0, first);
  const std::size_t from = first == std::string::npos ? 0 : first + 1;
  kind = id.substr(from, last - from);
  name = last == std::string::npos ? "" : id.substr(last + 1);
}

json to_json(const PluginSchema& schema) {
  json j = {{"vendor", schema.vendor},   {"kind", schema.kind},         {"name", schema.name},
            {"summary", schema.summary}, {"page", schema.page},         {"version", schema.version},
            {"licence", schema.licence}, {"library", schema.library},   {"build_id", schema.build_id},
            {"facets", schema.facets},   {"stateful", schema.stateful}, {"params", json::array()},
            {"ports", json::array()},    {"outputs", json::array()}};
  for (const ParamSchema& param : schema.params) j["params"].push_back(json_of(param));
  for (const PortSchema& port : schema.ports) {
    j["ports"].push_back({{"name", port.name},
                          {"kind", port.kind},
                          {"required", port.required},
                          {"map", port.map},
                          {"fallback", port.fallback},
                          {"needs", port.needs},
                          {"description", port.description}});
  }
  for (const OutputSchema& output : schema.outputs) {
    j["outputs"].push_back({{"name", output.name},
                            {"kind", output.kind},
                            {"dtype", output.dtype},
                            {"dims", output.dims},
                            {"unit", output.unit},
                            {"description", output.description}});
  }
  return j;
}

PluginSchema plugin_schema(const json& j) {
  try {
    PluginSchema schema;
    schema.vendor = j.value("vendor", "");
    schema.kind = j.at("kind");
    schema.name = j.at("name");
    schema.summary = j.at("summary");
    schema.page = j.at("page");
    schema.version = j.at("version");
    schema.licence = j.at("licence");
    schema.library = j.at("library");
    schema.build_id = j.at("build_id");
    schema.facets = j.at("facets").get<std::vector<std::string>>();
    schema.stateful = j.at("stateful");
    for (const json& param : j.at("params")) schema.params.push_back(param_of(param));
    for (const json& port : j.at("ports")) {
      schema.ports.push_back({port.at("name"), port.at("kind"), port.at("required"), port.at("map"),
                              port.at("fallback"), port.at("needs").get<std::vector<std::string>>(),
                              port.at("description")});
    }
    for (const json& output : j.at("outputs")) {
      schema.outputs.push_back({output.at("name"), output.at("kind"), output.at("dtype"),
                                output.at("dims").get<std::vector<std::string>>(), output.at("unit"),
                                output.at("description")});
    }
    return schema;
  } catch (const json::exception& error) {
    throw std::runtime_error(std::string("a plugin's schema is incomplete: ") + error.what());
  }
}

}  // namespace weir
