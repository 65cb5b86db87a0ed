// core/front/json_schema.cpp -- a JSON Schema of pipelines, for editors.
#include <weir/front/json_schema.hpp>

#include <set>

#include <weir/front/value.hpp>
#include <weir/front/wording.hpp>

namespace weir {
namespace {

using nlohmann::json;

const char* const name_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";
// Names, or numbers of a block's rounds after the first.
const char* const path_pattern = "^[A-Za-z_][A-Za-z0-9_]*(\\.([A-Za-z_][A-Za-z0-9_]*|[0-9]+))*$";

json definition(const std::string& name) { return {{"$ref", "#/definitions/" + name}}; }

// Any value may be a var.
json or_var(json schema) { return {{"anyOf", {std::move(schema), definition("var")}}}; }

json object(json properties, json required = json::array()) {
  json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json map_of(json value, const char* pattern) {
  return {{"type", "object"},
          {"additionalProperties", std::move(value)},
          {"propertyNames", {{"pattern", pattern}}}};
}

json bounded(json schema, const ParamSchema& param) {
  if (param.minimum) schema[param.minimum_excluded ? "exclusiveMinimum" : "minimum"] = *param.minimum;
  if (param.maximum) schema[param.maximum_excluded ? "exclusiveMaximum" : "maximum"] = *param.maximum;
  return schema;
}

json type_of(const ParamSchema& param) {
  const json number = or_var(bounded({{"type", "number"}}, param));
  switch (param.type) {
    case ParamType::boolean:
      return {{"type", "boolean"}};
    case ParamType::integer:
      return bounded({{"type", "integer"}}, param);
    case ParamType::number:
      return bounded({{"type", "number"}}, param);
    case ParamType::angle:
      return {{"anyOf",
               {bounded({{"type", "number"}}, param),
                {{"type", "string"}, {"pattern", "^[-+0-9.eE]+ *(deg|rad)$"}}}}};
    case ParamType::text:
      return {{"type", {"string", "number", "boolean"}}};
    case ParamType::choice:
      return {{"enum", param.choices}};
    case ParamType::path:
      return {{"type", {"string", "number"}}, {"minLength", 1}};
    case ParamType::numbers:
      return {{"type", "array"}, {"items", number}};
    case ParamType::matrix:
      return {{"type", "array"},
              {"minItems", 1},
              {"items", {{"type", "array"}, {"minItems", 1}, {"items", number}}}};
    case ParamType::draw: {
      const json count = or_var({{"type", "integer"}, {"minimum", 1}});
      return {{"anyOf", {{{"const", "fresh"}}, object({{"fixed", count}}, {"fixed"})}}};
    }
  }
  return json::object();
}

json param_json(const ParamSchema& param) {
  json schema = or_var(type_of(param));
  std::string text = param.description;
  text += (text.empty() ? "" : " -- ") + accepts(param);
  schema["description"] = text;
  if (!param.fallback.is_null()) schema["default"] = param.fallback;
  return schema;
}

json port_json(const PortSchema& port, const std::set<std::string>& kinds) {
  json ends = json::array({definition("link")});
  if (kinds.count(port.kind)) ends.push_back(definition("inline." + port.kind));
  // A node of another kind can stand inline too, if one of its outputs is what the port takes.
  ends.push_back(definition("node"));
  const json end = {{"anyOf", ends}};
  json schema = port.map ? map_of(end, name_pattern) : end;
  schema["description"] = port.description + " -- " +
                          (port.map ? "several of kind " + port.kind : wording::with_article(port.kind)) +
                          (port.fallback.empty() ? "" : ", by default " + port.fallback);
  return schema;
}

json plugin_json(const PluginSchema& plugin, const std::set<std::string>& kinds) {
  json properties = {{"plugin", true},
                     {"seed", definition("seed")},
                     {"record", true},
                     {"timeout", or_var({{"type", "number"}, {"exclusiveMinimum", 0}})},
                     {"note", {{"type", {"string", "number", "boolean"}}}}};
  json required = json::array({"plugin"});
  for (const ParamSchema& param : plugin.params) {
    properties[param.name] = param_json(param);
    if (param.required) required.push_back(param.name);
  }
  for (const PortSchema& port : plugin.ports) {
    properties[port.name] = port_json(port, kinds);
    if (port.required && port.fallback.empty()) required.push_back(port.name);
  }
  json schema = object(properties, required);
  schema["description"] = plugin.summary;
  return schema;
}

// A node of one of these plugins; `bare` allows the name without its kind.
json choice_of(const std::vector<const PluginSchema*>& plugins, bool bare) {
  json names = json::array(), rules = json::array();
  for (const PluginSchema* plugin : plugins) {
    json own = json::array({plugin->id()});
    if (bare) own.push_back(plugin->name);
    names.insert(names.end(), own.begin(), own.end());
    rules.push_back({{"if", {{"properties", {{"plugin", {{"enum", own}}}}}, {"required", {"plugin"}}}},
                     {"then", definition(plugin->kind + "." + plugin->name)}});
  }
  json schema = {
      {"type", "object"}, {"required", {"plugin"}}, {"properties", {{"plugin", {{"enum", names}}}}}};
  if (!rules.empty()) schema["allOf"] = rules;
  return schema;
}

json axis_json() {
  const json path = {{"type", "string"}, {"pattern", path_pattern}};
  const json values = {{"type", "array"}, {"minItems", 1}};
  const json paths = {{"anyOf", {path, {{"type", "array"}, {"items", path}, {"minItems", 1}}}}};
  return {{"oneOf",
           {object({{"set", paths}, {"values", values}}, {"set", "values"}),
            object({{"zip", map_of(values, path_pattern)}}, {"zip"}),
            object({{"cases", {{"type", "object"}, {"additionalProperties", map_of(true, path_pattern)}}}},
                   {"cases"}),
            object({{"count", or_var({{"type", "integer"}, {"minimum", 1}})}}, {"count"})}}};
}

// A node that uses a block: its other keys are the block's inputs.
json use_json() {
  return {{"type", "object"},
          {"required", {"use"}},
          {"properties",
           {{"use", {{"type", "string"}, {"description", "the block whose nodes stand here"}}},
            {"repeat", or_var({{"type", "integer"}, {"minimum", 1}})},
            {"set", {{"type", "object"}}},
            {"note", {{"type", "string"}}}}},
          {"additionalProperties", definition("link")}};
}

json block_json() {
  return object({{"inputs", {{"type", "array"}, {"items", {{"type", "string"}, {"pattern", name_pattern}}}}},
                 {"nodes", map_of(definition("node_or_use"), name_pattern)},
                 {"outputs", map_of(definition("link"), name_pattern)},
                 {"note", {{"type", "string"}}}},
                {"nodes"});
}

json expectation_json() {
  const json number = or_var({{"type", "number"}});
  const json tolerance = or_var({{"type", "number"}, {"minimum", 0}});
  const json path = {{"type", "string"}, {"pattern", path_pattern}};
  const json value = {{"anyOf", {number, path}}};
  json schema = object({{"that", path},
                        {"where", map_of({{"type", {"string", "number", "boolean"}}}, name_pattern)},
                        {"at_least", value},
                        {"at_most", value},
                        {"equals", value},
                        {"within", tolerance},
                        {"within_se", tolerance},
                        {"share", or_var({{"type", "number"}, {"minimum", 0}, {"maximum", 1}})},
                        {"note", {{"type", "string"}}}},
                       {"that"});
  schema["oneOf"] = {{{"required", {"at_least"}}}, {{"required", {"at_most"}}}, {{"required", {"equals"}}}};
  return schema;
}

json comparison_json() {
  const json path = {{"type", "string"}, {"pattern", path_pattern}};
  const json value = {{"type", {"string", "number", "boolean"}}};
  json schema = object({{"that", path},
                        {"axis", {{"type", "string"}, {"pattern", name_pattern}}},
                        {"less", value},
                        {"than", value},
                        {"where", map_of(value, name_pattern)},
                        {"p_below", or_var({{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 1}})},
                        {"note", {{"type", "string"}}}},
                       {"less", "than"});
  schema["dependencies"] = {{"that", {"axis"}}, {"axis", {"that"}}};
  return schema;
}

json definitions_of(const Registry& registry) {
  json definitions;
  definitions["var"] = {{"type", "string"}, {"pattern", "^\\$\\{(env:)?[A-Za-z_][A-Za-z0-9_]*\\}$"}};
  definitions["link"] = {{"anyOf", {{{"type", "string"}, {"pattern", path_pattern}}, definition("var")}}};
  definitions["seed"] = or_var({{"type", "integer"}, {"minimum", 0}});
  definitions["axis"] = axis_json();
  definitions["expectation"] = expectation_json();
  const auto names = registry.kinds();
  const std::set<std::string> kinds(names.begin(), names.end());
  std::vector<const PluginSchema*> all;
  for (const PluginSchema& plugin : registry.plugins()) {
    all.push_back(&plugin);
    definitions[plugin.kind + "." + plugin.name] = plugin_json(plugin, kinds);
  }
  definitions["node"] = choice_of(all, false);
  definitions["node_or_use"] = {
      {"if", {{"required", {"use"}}}}, {"then", use_json()}, {"else", definition("node")}};
  for (const std::string& kind : names) {
    std::vector<const PluginSchema*> own;
    for (const PluginSchema* plugin : all) {
      if (plugin->kind == kind) own.push_back(plugin);
    }
    definitions["inline." + kind] = choice_of(own, true);
  }
  return definitions;
}

}  // namespace

json pipeline_schema(const Registry& registry) {
  json nodes = map_of(definition("node_or_use"), path_pattern);
  nodes["minProperties"] = 1;
  const json device = {{"type", "string"}, {"pattern", "^(auto|cpu|cuda(:[0-9]+)?)$"}};
  const json threads = {{"type", "integer"}, {"minimum", 1}, {"maximum", 4096}};
  const json folders = {{"type", {"array", "string"}}, {"items", {{"type", "string"}}}};
  json schema = object(
      {{"name",
        {{"type", "string"},
         {"pattern", "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},
         {"description", "names the record and its folder"}}},
       {"seed", definition("seed")},
       {"device", or_var(device)},
       {"dtype", or_var({{"enum", {"float32", "float64"}}})},
       {"threads", or_var(threads)},
       {"plugins", folders},
       {"vars", map_of(true, name_pattern)},
       {"extends", {{"type", "string"}, {"description", "a pipeline that this one changes"}}},
       {"blocks", map_of(block_json(), name_pattern)},
       {"nodes", {{"type", "object"}}},
       {"sweep", map_of(definition("axis"), name_pattern)},
       {"report", map_of({{"enum", {"mean", "last", "first", "min", "max", "sum", "sd"}}}, path_pattern)},
       {"expect", {{"type", "array"}, {"items", definition("expectation")}}},
       {"compare", {{"type", "array"}, {"items", comparison_json()}}},
       {"note", {{"type", "string"}}}});
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "Weir pipeline";
  schema["if"] = {{"required", {"extends"}}};
  schema["then"] = {{"properties", {{"nodes", {{"additionalProperties", {{"type", {"object", "null"}}}}}}}}};
  schema["else"] = {{"required", {"nodes"}}, {"properties", {{"nodes", nodes}}}};
  schema["definitions"] = definitions_of(registry);
  return schema;
}

}  // namespace weir
