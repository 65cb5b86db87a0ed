// core/front/yaml/written.cpp -- a value as it was written.
#include <weir/front/yaml/written.hpp>

#include <filesystem>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/home.hpp>

namespace weir {

using nlohmann::json;
using yaml::Node;

Fault value_fault(const std::string& code, const Node& value, const std::string& message,
                  const std::string& remedy) {
  Fault fault{code, value.place, message, remedy, {}, {}};
  if (!value.defined.file.empty()) fault.also.push_back({value.defined, "the value comes from here"});
  return fault;
}

std::string absolute_path(const Node& value) {
  namespace fs = std::filesystem;
  const fs::path written = with_home(value.text);
  const fs::path base = value.origin.empty() ? fs::current_path() : fs::absolute(value.origin).parent_path();
  return (written.is_absolute() ? written : base / written).lexically_normal().string();
}

std::string as_written(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return wording::number(value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, item] : value.items()) {
    text += (text.empty() ? "" : ", ") + (value.is_object() ? key + ": " : "") + as_written(item);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace weir
