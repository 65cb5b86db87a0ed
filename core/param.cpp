// core/param.cpp -- parameters to JSON and back.
#include <weir/node.hpp>

namespace weir {

AnyParam::AnyParam(Node* node, ParamSchema schema) : schema_(std::move(schema)) {
  node->require_free_key("parameter", name());
  node->params_.push_back(this);
}

void AnyParam::set(const nlohmann::json& json) {
  if (json.is_null()) return;
  assign(json);
  given_ = true;
}

nlohmann::json json_of(bool value) { return value; }
nlohmann::json json_of(std::int64_t value) { return value; }
nlohmann::json json_of(double value) { return value; }
nlohmann::json json_of(Angle value) { return value.radians; }
nlohmann::json json_of(const std::string& value) { return value; }
nlohmann::json json_of(const Path& value) { return value.string(); }
nlohmann::json json_of(const Numbers& value) { return value; }
nlohmann::json json_of(const Matrix& value) { return value; }
nlohmann::json json_of(const Draw& value) {
  return value.fixed ? nlohmann::json{{"fixed", *value.fixed}} : nlohmann::json("fresh");
}
nlohmann::json json_of(const Texts& value) { return value; }

void from_json_value(const nlohmann::json& json, bool& value) { value = json.get<bool>(); }
void from_json_value(const nlohmann::json& json, std::int64_t& value) { value = json.get<std::int64_t>(); }
void from_json_value(const nlohmann::json& json, double& value) { value = json.get<double>(); }
void from_json_value(const nlohmann::json& json, Angle& value) { value.radians = json.get<double>(); }
void from_json_value(const nlohmann::json& json, std::string& value) { value = json.get<std::string>(); }
void from_json_value(const nlohmann::json& json, Path& value) { value = json.get<std::string>(); }
void from_json_value(const nlohmann::json& json, Numbers& value) { value = json.get<Numbers>(); }
void from_json_value(const nlohmann::json& json, Matrix& value) { value = json.get<Matrix>(); }
void from_json_value(const nlohmann::json& json, Draw& value) {
  value.fixed = json.is_object() ? std::optional(json.at("fixed").get<std::int64_t>()) : std::nullopt;
}
void from_json_value(const nlohmann::json& json, Texts& value) { value = json.get<Texts>(); }

}  // namespace weir
