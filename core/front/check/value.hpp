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

// Scalars from their text; nothing if the text is not one.
namespace scalar {
std::optional<std::int64_t> integer(
    const std::string& text);  // 7, -3; nothing for 2e4, 7.0 or what exceeds 64 bits
std::optional<std::int64_t> whole(const std::string& text);  // also 2e4 and 7.0, exact up to 2^53
std::optional<std::uint64_t> seed(const std::string& text);  // 0 .. 2^64 - 1
std::optional<double> number(const std::string& text);       // finite decimal; no hex, inf or nan
std::optional<double> angle(const std::string& text);        // "180 deg", "3.14 rad", "0.5"; radians
bool too_large(const std::string& text);                     // a number, but beyond what 64 bits hold
}  // namespace scalar

// The value of a parameter as ParamType says (schema.hpp). `owner` names whose it is in messages,
// "noise/constant (node 'task.noise')". Faults W206 (type), W207 (range), W208 (choice) go to the list and
// give nothing.
std::optional<nlohmann::json> parse_value(const yaml::Node& value, const ParamSchema& schema,
                                          const std::string& owner, Faults& faults);

// "an integer, at least 1", "one of exact, sliced": what a parameter accepts.
std::string accepts(const ParamSchema& schema);

// A fault at a value; one that stands for a var also shows where the var got it.
Fault value_fault(const std::string& code, const yaml::Node& value, const std::string& message,
                  const std::string& remedy = "");

// A resolved value as one would write it: 0.5, exact, [5, 5], {fixed: 128}.
std::string as_written(const nlohmann::json& value);

// A relative path joined to the folder of the file that wrote it; absolute and normal.
std::string absolute_path(const yaml::Node& value);

}  // namespace weir
