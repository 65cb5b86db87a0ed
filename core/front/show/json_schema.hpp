// core/front/show/json_schema.hpp -- a JSON Schema of pipelines, for editors.
#pragma once

#include <nlohmann/json.hpp>

#include <weir/front/plugins/registry.hpp>

namespace weir {

// By which a schema that Weir wrote is known.
inline const char* const schema_title = "Weir pipeline";

// Draft-07, as the YAML language server reads it: the pipelines that can be written with these plugins, with
// types, ranges, defaults and descriptions. Looser than read_pipeline where a schema cannot follow: links,
// order, and nodes of a file that `extends` another. The registry's plugins are named with what they are, third parties' too.
nlohmann::json pipeline_schema(const Registry& registry);

}  // namespace weir
