// core/front/show/json_schema_nodes.cpp -- the part of the JSON Schema that says what a node may be.
#include <weir/front/show/json_schema_nodes.hpp>

#include <algorithm>

#include <weir/front/check/accepted.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::json_schema {
namespace {

std::string key(const PluginSchema& plugin) {
  std::string key = plugin.id();  // a slash in a reference would have to be escaped
  std::ranges::replace(key, '/', '.');
  return key;
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
      return scalar();
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
    case ParamType::texts:
      return {{"anyOf", {scalar(), {{"type", "array"}, {"minItems", 1}, {"items", scalar()}}}}};
    case ParamType::draw: {
      const json count = or_var({{"type", "integer"}, {"minimum", 1}});
      return {{"anyOf", {{{"const", "fresh"}}, object({{"fixed", count}}, {"fixed"})}}};
    }
  }
  return json::object();
}

json param_json(const ParamSchema& param) {
  std::string text = param.description;
  text += (text.empty() ? "" : " -- ") + accepts(param);
  if (param.fallback.is_null()) return described(or_var(type_of(param)), text);
  json schema = described(or_var(type_of(param)), text + ", by default " + as_written(param.fallback));
  schema["default"] = param.fallback;
  return schema;
}

// Whether an inline node of this plugin can stand in the port: the plugin is what the port takes, or has just one such output, whose
// facets are known at plan.
bool fits(const PluginSchema& plugin, const PortSchema& port) {
  const auto given = [&](const OutputSchema& output) { return output.kind == port.kind; };
  const auto able = [&](const std::string& need) {
    return std::ranges::find(plugin.facets, need) != plugin.facets.end();
  };
  return plugin.kind == port.kind ? std::ranges::all_of(port.needs, able)
                                  : std::ranges::count_if(plugin.outputs, given) == 1;
}

// How the plugin may be called in a port of a kind, "" for a node of its own; the shortest first.
std::vector<std::string> names_of(const Registry& registry, const PluginSchema& plugin,
                                  const std::string& kind) {
  std::vector<std::string> names;
  if (registry.plugin(plugin.short_id()) == &plugin) {
    if (plugin.kind == kind) names.push_back(plugin.name);
    names.push_back(plugin.short_id());
  }
  if (!plugin.vendor.empty()) names.push_back(plugin.id());
  return names;
}

// The word after `plugin:`, with what each stands for.
json name_of_one(const Registry& registry, const std::vector<const PluginSchema*>& plugins,
                 const std::string& kind) {
  json names = json::array(), summaries = json::array();
  for (const PluginSchema* plugin : plugins) {
    for (const std::string& name : names_of(registry, *plugin, kind)) {
      names.push_back(name);
      summaries.push_back(plugin->summary);
    }
  }
  // enumDescriptions is no word of draft-07's; editors show them beside the values.
  return {{"description", "what the node is; all plugins: weir plugins"},
          {"enum", names},
          {"enumDescriptions", summaries}};
}

// A node of one of these plugins.
json choice_of(const Registry& registry, const std::vector<const PluginSchema*>& plugins,
               const std::string& kind) {
  json rules = json::array(), snippets = json::array();
  for (const PluginSchema* plugin : plugins) {
    const std::vector<std::string> names = names_of(registry, *plugin, kind);
    rules.push_back({{"if", {{"properties", {{"plugin", {{"enum", names}}}}}, {"required", {"plugin"}}}},
                     {"then", definition(key(*plugin))}});
    snippets.push_back({{"label", "plugin: " + names.front()},
                        {"description", plugin->summary},
                        {"body", {{"plugin", names.front()}}}});
  }
  json schema = {{"type", "object"},
                 {"required", {"plugin"}},
                 {"properties", {{"plugin", name_of_one(registry, plugins, kind)}}}};
  if (!rules.empty()) schema["allOf"] = rules;
  if (!kind.empty()) schema["defaultSnippets"] = snippets;
  return schema;
}

json record_json(const PluginSchema& plugin) {
  json outputs = json::object();
  for (const OutputSchema& output : plugin.outputs)
    outputs[output.name] = described(definition("recorded"), output.description);
  return described({{"anyOf", {definition("record"), object(outputs)}}},
                   "what of the outputs is recorded: all, none, or a map such as {x0: all, x1: 100}");
}

class Definitions {
 public:
  explicit Definitions(const Registry& registry) : registry_(registry) {
    std::vector<const PluginSchema*> all;
    for (const PluginSchema& plugin : registry.plugins()) {
      all.push_back(&plugin);
      written_[key(plugin)] = plugin_json(plugin);
    }
    written_["node"] = titled(choice_of(registry, all, ""), "node");
    written_["plugin"] = name_of_one(registry, all, "");
    written_["record"] = or_var({{"enum", {"all", "none", true, false}}});
    written_["recorded"] = {{"description", "all, none, or a number of first rows"},
                            {"anyOf", {definition("record"), {{"type", "integer"}, {"minimum", 1}}}}};
  }

  json written() && { return std::move(written_); }

 private:
  json plugin_json(const PluginSchema& plugin) {
    json properties = {{"plugin", true},
                       {"seed", described(seed(), "the node's own, instead of one from the pipeline's")},
                       {"record", record_json(plugin)},
                       {"timeout", described(or_var({{"type", "number"}, {"exclusiveMinimum", 0}}),
                                             "seconds after which the node has failed")},
                       {"note", definition("note")}};
    json required = json::array({"plugin"});
    for (const ParamSchema& param : plugin.params) {
      properties[param.name] = param_json(param);
      if (param.required) required.push_back(param.name);
    }
    for (const PortSchema& port : plugin.ports) {
      properties[port.name] = port_json(plugin, port);
      if (port.required && port.fallback.empty()) required.push_back(port.name);
    }
    return titled(described(object(properties, required), plugin.summary), plugin.id());
  }

  json port_json(const PluginSchema& plugin, const PortSchema& port) {
    json ends = json::array({definition("link")});
    // An inline node is called as its port is, and would hide an output of that name.
    const std::string inside = plugin.output(port.name) ? "" : inline_nodes(port);
    if (!inside.empty()) ends.push_back(definition(inside));
    if (!inside.empty() && !port.fallback.empty()) ends.push_back(words(port));
    json schema = {{"anyOf", ends}};
    if (port.map) {
      schema = map_of(schema, name_pattern);
      schema["properties"]["plugin"] = false;  // a single one, instead of several by name
    }
    return described(schema,
                     port.description + (port.description.empty() ? "" : " -- ") +
                         (port.map ? "several of kind " + port.kind : wording::with_article(port.kind)) +
                         (port.fallback.empty() ? "" : ", by default " + port.fallback));
  }

  // The bare names of plugins in a port with a default. They are links as well, for the schema: here for editors, which offer them.
  json words(const PortSchema& port) {
    json names = json::array(), summaries = json::array();
    for (const PluginSchema& plugin : registry_.plugins()) {
      if (plugin.kind != port.kind || !fits(plugin, port) || registry_.plugin(plugin.short_id()) != &plugin)
        continue;
      names.push_back(plugin.name);
      summaries.push_back(plugin.summary);
    }
    return {{"enum", names}, {"enumDescriptions", summaries}};
  }

  // The definition of what may stand inline in such a port; "" if nothing can.
  std::string inline_nodes(const PortSchema& port) {
    std::string name = "inline." + port.kind;
    for (const std::string& need : port.needs) name += "." + need;
    std::vector<const PluginSchema*> fitting;
    for (const PluginSchema& plugin : registry_.plugins()) {
      if (fits(plugin, port)) fitting.push_back(&plugin);
    }
    if (fitting.empty()) return "";
    if (!written_.contains(name))
      written_[name] = titled(choice_of(registry_, fitting, port.kind), "{plugin: name}");
    return name;
  }

  const Registry& registry_;
  json written_ = json::object();
};

}  // namespace

json definition(const std::string& name) { return {{"$ref", "#/definitions/" + name}}; }

json or_var(json schema) { return {{"anyOf", {std::move(schema), definition("var")}}}; }

json described(json schema, const std::string& description) {
  if (schema.contains("$ref")) schema = {{"allOf", {schema}}};  // draft-07 reads nothing beside a reference
  schema["description"] = description;
  return schema;
}

json titled(json schema, const std::string& title) {
  schema["title"] = title;
  return schema;
}

json object(json properties, json required) {
  json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json map_of(json value, const char* pattern) {
  return {{"type", "object"},
          {"additionalProperties", std::move(value)},
          {"propertyNames", {{"pattern", pattern}}}};
}

json seed() { return or_var({{"type", "integer"}, {"minimum", 0}}); }

json scalar() { return {{"type", {"string", "number", "boolean"}}}; }

json node_definitions(const Registry& registry) { return Definitions(registry).written(); }

}  // namespace weir::json_schema
