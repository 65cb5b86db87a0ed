// tools/check/bench/guess.hpp -- values for parameters that have no default.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <weir/front/plugins/schema.hpp>

namespace weir::conformance {

// A small value that the declaration allows; nothing for texts, files and lists, which only the author knows.
std::optional<nlohmann::json> guess(const ParamSchema& param);

// The first required parameter that `params` does not give and for which there is no guess, or "".
std::string unguessable(const PluginSchema& plugin, const nlohmann::json& params);

}  // namespace weir::conformance
