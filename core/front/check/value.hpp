// core/front/check/value.hpp -- from a YAML value to the JSON value of a parameter, or a fault.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/schema.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {

// The value of a parameter as ParamType says (schema.hpp). `owner` names whose it is in messages,
// "noise/constant (node 'task.noise')". Faults W206 (type), W207 (range), W208 (choice) go to the list and
// give nothing.
std::optional<nlohmann::json> parse_value(const yaml::Node& value, const ParamSchema& schema,
                                          const std::string& owner, Faults& faults);

}  // namespace weir
