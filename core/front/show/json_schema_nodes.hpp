// core/front/show/json_schema_nodes.hpp -- the part of the JSON Schema that says what a node may be, and words for writing schemas.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include <weir/front/plugins/registry.hpp>

namespace weir::json_schema {

using nlohmann::json;

inline const char* const name_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";
// Names, or numbers of a block's rounds after the first.
inline const char* const path_pattern = "^[A-Za-z_][A-Za-z0-9_]*(\\.([A-Za-z_][A-Za-z0-9_]*|[0-9]+))*$";

json definition(const std::string& name);  // {"$ref": ...}
json or_var(json schema);                  // any value may be a var
json described(json schema, const std::string& description);
json titled(json schema, const std::string& title);           // what editors call it where it is missing
json object(json properties, json required = json::array());  // with these keys and no others
json map_of(json value, const char* pattern);                 // keys of that pattern, each with such a value
json scalar();                                                // what counts as text

json seed();

// For every plugin the definition "<kind>.<name>"; "node": one of them; "plugin": their names; "inline.<kind>" and the like: what may stand in a port.
json node_definitions(const Registry& registry);

}  // namespace weir::json_schema
