// core/front/yaml/yaml_node.cpp -- looking into a YAML tree.
#include <weir/front/yaml/yaml.hpp>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>

namespace weir::yaml {

const Entry* Node::find(const std::string& key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Entry* Node::find(const std::string& key) { return const_cast<Entry*>(std::as_const(*this).find(key)); }

nlohmann::json to_json(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return nullptr;
    case Node::Type::scalar: {
      if (node.quoted) return node.text;
      if (node.text == "true" || node.text == "false") return node.text == "true";
      if (const auto integer = scalar::integer(node.text)) return *integer;
      if (const auto number = scalar::number(node.text)) return *number;
      return node.text;
    }
    case Node::Type::list: {
      nlohmann::json list = nlohmann::json::array();
      for (const Node& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Node::Type::map: {
      nlohmann::json map = nlohmann::json::object();
      for (const Entry& entry : node.entries) map[entry.key] = to_json(entry.value);
      return map;
    }
  }
  return nullptr;
}

std::string describe(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return "nothing";
    case Node::Type::scalar:
      return (node.quoted ? "the text " : "") + wording::quote(node.text);
    case Node::Type::list:
      return "a list";
    case Node::Type::map:
      return "a map";
  }
  return "";
}

}  // namespace weir::yaml
