// core/record/schema.hpp -- what a record says that it holds: /schema.
#pragma once

#include <nlohmann/json.hpp>

#include <weir/record/reader.hpp>

namespace weir {

bool is_record(const Reader& reader);  // of weir, whatever its format

// {nodes: [{node, plugin, params}], datasets: [{node, name, path, plugin, trace, dtype, shape, axes, unit, description, attributes,
// scales, yaml_line, rng}]} with every key there and of the type that Weir writes, whoever wrote the file. Errors: RecordError.
nlohmann::json read_schema(const Reader& reader);
nlohmann::json parse_schema(const std::string& text, const std::string& file);  // which errors name

}  // namespace weir
