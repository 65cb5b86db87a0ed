// core/front/show/json_schema.cpp -- a JSON Schema of pipelines, for editors.
#include <weir/front/show/json_schema.hpp>

#include <weir/front/check/judged_keys.hpp>
#include <weir/front/show/json_schema_nodes.hpp>

namespace weir {
namespace {

using namespace json_schema;

// A node's output: its path has a dot.
const char* const output_pattern =
    "^[A-Za-z_][A-Za-z0-9_]*(\\.([A-Za-z_][A-Za-z0-9_]*|[0-9]+))+(/[A-Za-z_][A-Za-z0-9_]*)?$";

json text_like(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

json probability(bool may_be_1) {
  return or_var(
      {{"type", "number"}, {"exclusiveMinimum", 0}, {may_be_1 ? "maximum" : "exclusiveMaximum", 1}});
}

json positive() { return or_var({{"type", "integer"}, {"minimum", 1}}); }

json axis_json() {
  const json values = {{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}};
  const json path = text_like(path_pattern);
  const json set = {{"anyOf", {path, {{"type", "array"}, {"items", path}, {"minItems", 1}}}}};
  json cases = map_of(map_of(true, path_pattern), "^[A-Za-z0-9._+-]+$");
  cases["minProperties"] = 1;
  const auto form = [](const json& keys, const json& required) {
    std::string title;
    for (const std::string key : required) title += (title.empty() ? "" : ", ") + key;
    return titled(object(keys, required), title);
  };
  const json one = {
      {"set",
       described(set, "the parameter that takes the values, such as train.steps; several in brackets")},
      {"values", described(values, "one run for each")}};
  const json together = {
      {"zip", described(map_of(values, path_pattern),
                        "parameters that change together: their first values, then their second")}};
  const json named = {{"cases", described(cases, "named cases, each with the parameters that it sets")}};
  const json seeds = {{"count", described(positive(), "so many seeds, from the pipeline's on")}};
  return {{"oneOf",
           {form(one, {"set", "values"}), form(together, {"zip"}), form(named, {"cases"}),
            form(seeds, {"count"})}}};
}

// A node that uses a block: its other keys are the block's inputs.
json use_json() {
  return {{"type", "object"},
          {"required", {"use"}},
          {"properties",
           {{"use", described({{"type", "string"}}, "the block whose nodes stand here")},
            {"repeat", described(positive(), "how many rounds, each with the outputs of the one before")},
            {"set", described({{"type", "object"}},
                              "parameters of nodes in the block, such as {2.train.steps: 8000}")},
            {"note", definition("note")}}},
          {"additionalProperties", definition("link")}};
}

json block_json() {
  const json inputs = {{"type", "array"}, {"items", text_like(name_pattern)}};
  json nodes = map_of(definition("node_or_use"), name_pattern);
  nodes["minProperties"] = 1;
  return object(
      {{"inputs", described(inputs, "names that the block's nodes may link to, given where it is used")},
       {"nodes", described(nodes, "the block's parts")},
       {"outputs", described(map_of(definition("link"), name_pattern), "what others may link to")},
       {"note", definition("note")}},
      {"nodes"});
}

json judged_json(Judged value) {
  const json tolerance = or_var({{"type", "number"}, {"minimum", 0}});
  switch (value) {
    case Judged::output:
      return text_like(output_pattern);
    case Judged::cases:
      return map_of(scalar(), name_pattern);
    case Judged::bound:
      return {{"anyOf", {or_var({{"type", "number"}}), text_like(output_pattern)}}};
    case Judged::factor:
      return or_var({{"type", "number"}, {"exclusiveMinimum", 0}});
    case Judged::tolerance:
      return tolerance;
    case Judged::chance_or_tolerance:
      return {{"anyOf", {tolerance, {{"const", "auto"}}}}};
    case Judged::probability:
      return probability(true);
    case Judged::axis:
      return text_like(name_pattern);
    default:
      return scalar();
  }
}

template <class Entry>
json judged_entry(const std::vector<JudgedKey<Entry>>& keys, const json& required) {
  json properties;
  for (const auto& key : keys)
    properties[key.name] =
        key.value == Judged::note ? definition("note") : described(judged_json(key.value), key.description);
  return object(properties, required);
}

json expectation_json() {
  json schema = judged_entry(expect_keys(), {"that"});
  json names;  // where the bound must be the name of a number
  for (const auto& key : expect_keys()) {
    if (key.value != Judged::bound) continue;
    schema["oneOf"].push_back({{"required", {key.name}}});
    names["properties"][key.name] = {{"type", "string"}};
  }
  schema["dependencies"] = {{"within", {"equals"}}, {"within_se", {"equals"}}, {"times", names}};
  return schema;
}

json comparison_json() {
  json schema = judged_entry(compare_keys(), {"less", "than"});
  schema["dependencies"] = {{"that", {"axis"}}, {"axis", {"that"}}};
  return schema;
}

json definitions_of(const Registry& registry) {
  json definitions = node_definitions(registry);
  definitions["var"] = text_like("^\\$\\{(env:)?[A-Za-z_][A-Za-z0-9_]*\\}$");
  definitions["link"] =
      titled({{"anyOf", {text_like(path_pattern), definition("var")}}}, "node or node.output");
  definitions["note"] = described(scalar(), "for readers; kept in the record");
  definitions["block"] = block_json();
  definitions["axis"] = axis_json();
  definitions["expectation"] = expectation_json();
  definitions["comparison"] = comparison_json();
  definitions["node_or_use"] = {{"properties", {{"use", use_json()["properties"]["use"]}}},
                                {"if", {{"required", {"use"}}}},
                                {"then", use_json()},
                                {"else", definition("node")}};
  return definitions;
}

// A whole pipeline, or the part of one that extends another: there null takes away what the other has, and a node may be what
// changes of it.
json pipeline_json(bool part) {
  const auto or_null = [&](const json& schema) {
    return part ? json({{"anyOf", {schema, {{"type", "null"}}}}}) : schema;
  };
  const auto key = [&](const json& schema, const std::string& description) {
    return described(or_null(schema), description);
  };
  const auto map = [&](const json& value, const char* pattern) { return map_of(or_null(value), pattern); };
  const auto list = [](const json& items) { return json({{"type", "array"}, {"items", items}}); };
  const json device = {{"anyOf", {{{"enum", {"auto", "cpu", "cuda"}}}, text_like("^cuda:[0-9]+$")}}};
  const json folders = {{"type", {"array", "string"}}, {"items", {{"type", "string"}}}};
  const json reduction = {{"enum", reductions}};
  const json changed = {{"type", "object"},
                        {"properties", {{"plugin", definition("plugin")}}},
                        {"anyOf", {definition("node_or_use"), true}}};
  json nodes = map(part ? changed : definition("node_or_use"), path_pattern);
  if (!part) nodes["minProperties"] = 1;
  const json keys = {
      {"name", key(text_like("^[A-Za-z0-9_][A-Za-z0-9_.-]*$"),
                   "names the record and its folder, by default as the file")},
      {"seed", key(seed(), "from which every random number of the run follows, by default 0")},
      {"device", key(or_var(device), "auto, cpu, cuda or cuda:N, by default auto")},
      {"dtype",
       key(or_var({{"enum", {"float32", "float64"}}}), "of every floating-point tensor, by default float32")},
      {"threads", key(or_var({{"type", "integer"}, {"minimum", 1}, {"maximum", 4096}}),
                      "within an operation, by default 1")},
      {"plugins", key(folders, "folders of plugins beside the installed ones, relative to this file's")},
      {"vars", key(map_of(true, name_pattern), "values with a name, used as \"${name}\"")},
      {"extends", described({{"type", "string"}}, "a pipeline that this one changes")},
      {"blocks", key(map(definition("block"), name_pattern), "nodes that are used several times, by `use:`")},
      {"nodes", key(nodes, "the parts of the experiment, by name")},
      {"sweep",
       key(map(definition("axis"), name_pattern), "axes: one run for each combination of their values")},
      {"report", key(map(reduction, output_pattern),
                     "numbers for the table: node.output, and how a trace becomes one number")},
      {"expect", key(list(definition("expectation")), "what must come out; judged after the run")},
      {"compare", key(list(definition("comparison")),
                      "differences that must be larger than chance; judged after the sweep")},
      {"error_rate",
       key(probability(false),
           "the probability that chance makes any verdict wrong, by default 0.01: divided over the "
           "comparisons without p_below and the expectations with a share or within_se: auto")},
      {"note", definition("note")}};
  return titled(object(keys, part ? json::array() : json::array({"nodes"})), schema_title);
}

}  // namespace

nlohmann::json pipeline_schema(const Registry& registry) {
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", schema_title},
          {"if", {{"required", {"extends"}}}},
          {"then", pipeline_json(true)},
          {"else", pipeline_json(false)},
          {"definitions", definitions_of(registry)}};
}

}  // namespace weir
