// core/front/check/accepted.cpp -- what a parameter accepts, in words.
#include <weir/front/check/accepted.hpp>

#include <weir/front/faults/wording.hpp>

namespace weir {

std::string accepted_type(ParamType type) {
  switch (type) {
    case ParamType::boolean:
      return "true or false";
    case ParamType::integer:
      return "an integer";
    case ParamType::number:
      return "a number";
    case ParamType::angle:
      return "an angle such as 180 deg or 3.14 rad";
    case ParamType::text:
      return "text";
    case ParamType::choice:
      return "a choice";
    case ParamType::path:
      return "a path";
    case ParamType::numbers:
      return "a list of numbers such as [1, 2]";
    case ParamType::matrix:
      return "a matrix such as [[1, 0], [0, 1]]";
    case ParamType::draw:
      return "fresh or {fixed: N}";
    case ParamType::texts:
      return "a list of texts such as [a, b]";
  }
  return "";
}

std::string accepted_range(const ParamSchema& schema) {
  const auto low = [&] {
    return (schema.minimum_excluded ? "above " : "at least ") + wording::number(*schema.minimum);
  };
  const auto high = [&] {
    return (schema.maximum_excluded ? "below " : "at most ") + wording::number(*schema.maximum);
  };
  if (schema.minimum && schema.maximum) return low() + " and " + high();
  return schema.minimum ? low() : schema.maximum ? high() : "";
}

std::string accepts(const ParamSchema& schema) {
  if (schema.type == ParamType::choice) return "one of " + wording::listed(schema.choices);
  std::string text = accepted_type(schema.type);
  const std::string limits = accepted_range(schema);
  if (!limits.empty())
    text +=
        (schema.type == ParamType::numbers || schema.type == ParamType::matrix ? ", each " : ", ") + limits;
  if (!schema.unit.empty() && schema.unit != "1" && schema.type != ParamType::angle)
    text += " (" + schema.unit + ")";
  return text;
}

}  // namespace weir
