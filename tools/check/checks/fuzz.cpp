// tools/check/checks/fuzz.cpp -- values to try parameters with.
#include "fuzz.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/faults/wording.hpp>

namespace weir::conformance {
bool allows(const ParamSchema& param, double value) {
  if (param.minimum && (param.minimum_excluded ? value <= *param.minimum : value < *param.minimum))
    return false;
  return !param.maximum || (param.maximum_excluded ? value < *param.maximum : value <= *param.maximum);
}

namespace {

constexpr double everyday = 10;
constexpr double largest_limit = 1000;
constexpr std::int64_t more_integers = 16;

// Limits that are worth trying.
std::vector<double> limits(const ParamSchema& param) {
  std::vector<double> values;
  for (const auto& limit : {param.minimum, param.maximum})
    if (limit && allows(param, *limit) && std::abs(*limit) <= largest_limit) values.push_back(*limit);
  return values;
}

double number_between(const ParamSchema& param, std::mt19937_64& random) {
  const double low = std::max(param.minimum.value_or(-everyday), -largest_limit);
  const double high =
      std::min(param.maximum.value_or(std::max(everyday, low + everyday)), low + 2 * everyday);
  for (;;) {
    // Three digits, so that the value can be typed again.
    const double value = std::round(std::uniform_real_distribution<double>(low, high)(random) * 1000) / 1000;
    if (allows(param, value)) return value;
    if (high - low < 1e-2) return (low + high) / 2;
  }
}

std::int64_t integer_between(const ParamSchema& param, std::mt19937_64& random) {
  const double low = std::ceil(param.minimum.value_or(-static_cast<double>(more_integers)));
  const double high = std::min(std::floor(param.maximum.value_or(low + more_integers)), low + more_integers);
  const auto value =
      std::uniform_int_distribution<std::int64_t>(std::llround(low), std::llround(high))(random);
  return allows(param, static_cast<double>(value)) ? value : value + 1;
}

std::string list_of(std::size_t n, const ParamSchema& param, std::mt19937_64& random) {
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < n; ++i) numbers.push_back(wording::number(number_between(param, random)));
  return fmt::format("[{}]", fmt::join(numbers, ", "));
}

}  // namespace

std::vector<std::string> allowed_values(const ParamSchema& param, const nlohmann::json& value,
                                        std::mt19937_64& random) {
  std::vector<std::string> values;
  switch (param.type) {
    case ParamType::boolean:
      return {"true", "false"};
    case ParamType::choice:
      for (const std::string& choice : param.choices) values.push_back(fmt::format("\"{}\"", choice));
      return values;
    case ParamType::draw:
      return {"fresh", fmt::format("{{fixed: {}}}", 2 + random() % 15)};
    case ParamType::integer:
      for (const double limit : limits(param))
        if (limit <= param.minimum.value_or(limit) + more_integers)
          values.push_back(std::to_string(std::llround(limit)));
      for (int i = 0; i < 2; ++i) values.push_back(std::to_string(integer_between(param, random)));
      return values;
    case ParamType::number:
    case ParamType::angle:
      for (const double limit : limits(param)) values.push_back(wording::number(limit));
      for (int i = 0; i < 2; ++i) values.push_back(wording::number(number_between(param, random)));
      return values;
    case ParamType::numbers:
      if (!value.is_array() || value.empty()) return {};
      return {list_of(value.size(), param, random), list_of(value.size(), param, random)};
    case ParamType::matrix: {
      if (!value.is_array() || value.empty()) return {};
      for (std::size_t i = 0; i < value.size(); ++i)
        values.push_back(list_of(value[i].size(), param, random));
      return {fmt::format("[{}]", fmt::join(values, ", "))};
    }
    case ParamType::text:
    case ParamType::texts:
    case ParamType::path:
      return {};
  }
  return values;
}

std::vector<std::string> extreme_values(const ParamSchema& param) {
  std::vector<std::string> values;
  if (param.type != ParamType::number && param.type != ParamType::angle) return values;
  for (const double value : {1e30, -1e30, 1e-30})
    if (allows(param, value)) values.push_back(wording::number(value));
  return values;
}

std::vector<std::string> refused_values(const ParamSchema& param) {
  std::vector<std::string> values;
  const bool scalar =
      param.type == ParamType::integer || param.type == ParamType::number || param.type == ParamType::angle;
  if (scalar) {
    if (param.minimum) {
      values.push_back(wording::number(*param.minimum - 1));
      if (param.minimum_excluded) values.push_back(wording::number(*param.minimum));
    }
    if (param.maximum) {
      values.push_back(wording::number(*param.maximum + std::max(1.0, std::abs(*param.maximum))));
      if (param.maximum_excluded) values.push_back(wording::number(*param.maximum));
    }
    values.push_back("\"many\"");
  }
  if (param.type == ParamType::boolean) values.push_back("7");
  if (param.type == ParamType::choice) values.push_back("\"none_of_these\"");
  if (param.type == ParamType::draw) values.push_back("{fixed: 0}");
  return values;
}

}  // namespace weir::conformance
