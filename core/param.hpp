// core/param.hpp -- a parameter, declared once: name, default, limits, unit, sentence.
//
//   weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative, "spread of the noise"};
//   weir::Param<std::int64_t> steps_{this, "steps", weir::required, weir::at_least(1), "number of Euler steps"};
//   weir::Param<std::string> rule_{this, "rule", "exact", weir::one_of({"exact", "sliced"}), "how the distance is found"};
//   weir::Param<weir::Angle> angle_{this, "angle", weir::absent, "rotation in every coordinate plane"};
//
// `sigma_()` is the value. A parameter whose default is `absent` says with `angle_.given()` whether it was written; its
// value may be read only then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <weir/front/plugins/schema.hpp>

namespace weir {

class Node;

struct Required {};
struct Absent {};
inline constexpr Required required;
inline constexpr Absent absent;

// Range, unit or choices of a parameter. `positive.in("s")` adds a unit.
struct Limits {
  std::optional<double> minimum, maximum;
  bool minimum_excluded = false, maximum_excluded = false;
  std::string unit;
  std::vector<std::string> choices;

  Limits in(std::string name) const {
    Limits limits = *this;
    limits.unit = std::move(name);
    return limits;
  }
};
inline const Limits any_value{};
inline const Limits positive{.minimum = 0, .minimum_excluded = true};
inline const Limits non_negative{.minimum = 0};
inline const Limits probability{.minimum = 0, .maximum = 1};
inline const Limits below_one{.minimum = 0, .maximum = 1, .maximum_excluded = true};
inline Limits at_least(double minimum) { return {.minimum = minimum}; }
inline Limits between(double minimum, double maximum) { return {.minimum = minimum, .maximum = maximum}; }
inline Limits one_of(std::vector<std::string> choices) { return {.choices = std::move(choices)}; }

// Types that a YAML scalar or list alone does not name.
struct Angle {
  double radians = 0;
};
using Path = std::filesystem::path;
using Numbers = std::vector<double>;
using Matrix = std::vector<std::vector<double>>;
using Texts = std::vector<std::string>;
// Whether pairs are drawn anew at each step, or `count` of them once: `draw: fresh` or `draw: {fixed: N}`.
struct Draw {
  std::optional<std::int64_t> fixed;
};

template <class T>
ParamType param_type();
template <>
inline ParamType param_type<bool>() {
  return ParamType::boolean;
}
template <>
inline ParamType param_type<std::int64_t>() {
  return ParamType::integer;
}
template <>
inline ParamType param_type<double>() {
  return ParamType::number;
}
template <>
inline ParamType param_type<Angle>() {
  return ParamType::angle;
}
template <>
inline ParamType param_type<std::string>() {
  return ParamType::text;
}
template <>
inline ParamType param_type<Path>() {
  return ParamType::path;
}
template <>
inline ParamType param_type<Numbers>() {
  return ParamType::numbers;
}
template <>
inline ParamType param_type<Matrix>() {
  return ParamType::matrix;
}
template <>
inline ParamType param_type<Draw>() {
  return ParamType::draw;
}

template <>
inline ParamType param_type<Texts>() {
  return ParamType::texts;
}

// The JSON value of a resolved parameter (see ParamType) and back.
nlohmann::json json_of(bool value);
nlohmann::json json_of(std::int64_t value);
nlohmann::json json_of(double value);
nlohmann::json json_of(Angle value);
nlohmann::json json_of(const std::string& value);
nlohmann::json json_of(const Path& value);
nlohmann::json json_of(const Numbers& value);
nlohmann::json json_of(const Matrix& value);
nlohmann::json json_of(const Draw& value);
nlohmann::json json_of(const Texts& value);
void from_json_value(const nlohmann::json& json, bool& value);
void from_json_value(const nlohmann::json& json, std::int64_t& value);
void from_json_value(const nlohmann::json& json, double& value);
void from_json_value(const nlohmann::json& json, Angle& value);
void from_json_value(const nlohmann::json& json, std::string& value);
void from_json_value(const nlohmann::json& json, Path& value);
void from_json_value(const nlohmann::json& json, Numbers& value);
void from_json_value(const nlohmann::json& json, Matrix& value);
void from_json_value(const nlohmann::json& json, Draw& value);
void from_json_value(const nlohmann::json& json, Texts& value);

// What the node keeps of each parameter, whatever its type.
class AnyParam {
 public:
  AnyParam(Node* node, ParamSchema schema);
  AnyParam(const AnyParam&) = delete;
  AnyParam& operator=(const AnyParam&) = delete;
  virtual ~AnyParam() = default;

  const std::string& name() const { return schema_.name; }
  const ParamSchema& schema() const { return schema_; }
  bool given() const { return given_; }
  void set(const nlohmann::json& json);     // a checked, resolved value; null = absent
  virtual nlohmann::json json() const = 0;  // the same back, of the default where nothing was written

 protected:
  virtual void assign(const nlohmann::json& json) = 0;

 private:
  ParamSchema schema_;
  bool given_ = false;
};

template <class T>
class Param final : public AnyParam {
 public:
  Param(Node* node, std::string name, T fallback, const Limits& limits, std::string description)
      : AnyParam(node, schema_of(std::move(name), limits, std::move(description), false, json_of(fallback))),
        value_(std::move(fallback)) {}
  Param(Node* node, std::string name, T fallback, std::string description)
      : Param(node, std::move(name), std::move(fallback), any_value, std::move(description)) {}
  Param(Node* node, std::string name, Required, const Limits& limits, std::string description)
      : AnyParam(node, schema_of(std::move(name), limits, std::move(description), true, nullptr)) {}
  Param(Node* node, std::string name, Required, std::string description)
      : Param(node, std::move(name), required, any_value, std::move(description)) {}
  Param(Node* node, std::string name, Absent, const Limits& limits, std::string description)
      : AnyParam(node, schema_of(std::move(name), limits, std::move(description), false, nullptr)) {}
  Param(Node* node, std::string name, Absent, std::string description)
      : Param(node, std::move(name), absent, any_value, std::move(description)) {}

  const T& operator()() const { return value_; }
  nlohmann::json json() const override {
    return given() || !schema().fallback.is_null() ? json_of(value_) : nlohmann::json();
  }

 private:
  static ParamSchema schema_of(std::string name, const Limits& limits, std::string description, bool needed,
                               nlohmann::json fallback) {
    ParamSchema schema;
    schema.name = std::move(name);
    schema.type = limits.choices.empty() ? param_type<T>() : ParamType::choice;
    schema.required = needed;
    schema.fallback = std::move(fallback);
    schema.minimum = limits.minimum;
    schema.maximum = limits.maximum;
    schema.minimum_excluded = limits.minimum_excluded;
    schema.maximum_excluded = limits.maximum_excluded;
    schema.choices = limits.choices;
    schema.unit = limits.unit.empty() && std::is_same_v<T, Angle> ? "rad" : limits.unit;
    schema.description = std::move(description);
    return schema;
  }
  void assign(const nlohmann::json& json) override { from_json_value(json, value_); }

  T value_{};
};

}  // namespace weir
