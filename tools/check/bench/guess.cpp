// tools/check/bench/guess.cpp -- values for parameters that have no default.
#include "guess.hpp"

#include <algorithm>
#include <cmath>

namespace weir::conformance {
namespace {

double inside(const ParamSchema& param, double value) {
  if (param.minimum && (value < *param.minimum || (value == *param.minimum && param.minimum_excluded)))
    value = param.maximum ? (*param.minimum + *param.maximum) / 2 : *param.minimum + 1;
  if (param.maximum && (value > *param.maximum || (value == *param.maximum && param.maximum_excluded)))
    value = param.minimum ? (*param.minimum + *param.maximum) / 2 : *param.maximum - 1;
  return value;
}

}  // namespace

std::optional<nlohmann::json> guess(const ParamSchema& param) {
  switch (param.type) {
    case ParamType::boolean:
      return false;
    case ParamType::integer:
      return std::llround(inside(param, 4));
    case ParamType::number:
      return inside(param, 0.5);
    case ParamType::angle:
      return inside(param, 1);
    case ParamType::choice:
      if (param.choices.empty()) return std::nullopt;
      return param.choices.front();
    case ParamType::draw:
      return nlohmann::json{{"fixed", 16}};
    default:
      return std::nullopt;
  }
}

std::string unguessable(const PluginSchema& plugin, const nlohmann::json& params) {
  const auto found = std::ranges::find_if(plugin.params, [&](const ParamSchema& param) {
    return param.required && !params.contains(param.name) && !guess(param);
  });
  return found == plugin.params.end() ? "" : found->name;
}

}  // namespace weir::conformance
