// core/front/json_schema.hpp -- a JSON Schema of pipelines, for editors.
#pragma once

#include <nlohmann/json.hpp>

#include <weir/front/registry.hpp>

namespace weir {

// Draft-07, as the YAML language server reads it: the pipelines that can be written with these plugins, with
// types, ranges, defaults and descriptions. Looser than read_pipeline where a schema cannot follow: links,
// order, and everything of a file that `extends` another.
nlohmann::json pipeline_schema(const Registry& registry);

}  // namespace weir
