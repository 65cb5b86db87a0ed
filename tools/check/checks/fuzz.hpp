// tools/check/checks/fuzz.hpp -- values to try parameters with.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include <weir/front/plugins/schema.hpp>

namespace weir::conformance {

// Whether a number lies within the parameter's limits.
bool allows(const ParamSchema& param, double value);

// Values that the declaration allows, as YAML: its limits and some between. Magnitudes are those of everyday use, since
// larger ones may overflow or take for ever: numbers up to 10, integers up to 16 above their minimum, limits up to 1000.
// Lists and matrices keep the size of `value`, what the parameter has now; texts and files are not tried.
std::vector<std::string> allowed_values(const ParamSchema& param, const nlohmann::json& value,
                                        std::mt19937_64& random);

// Values that the declaration allows and nobody would write: 1e30, 1e-30.
std::vector<std::string> extreme_values(const ParamSchema& param);

// Values that it does not allow: beyond its limits, of another type, none of its choices.
std::vector<std::string> refused_values(const ParamSchema& param);

}  // namespace weir::conformance
