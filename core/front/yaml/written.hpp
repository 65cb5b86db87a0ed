// core/front/yaml/written.hpp -- a value as it was written: its faults, its path, and the way back to text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {

// A fault at a value; one that stands for a var also shows where the var got it.
Fault value_fault(const std::string& code, const yaml::Node& value, const std::string& message,
                  const std::string& remedy = "");

// A resolved value as one would write it: 0.5, exact, [5, 5], {fixed: 128}.
std::string as_written(const nlohmann::json& value);

// A relative path joined to the folder of the file that wrote it, ~ the home folder; absolute and normal. Every path of a pipeline
// comes through here.
std::string absolute_path(const yaml::Node& value);

}  // namespace weir
