// core/front/document/plugin_word.cpp -- a plugin written as a bare word.
#include <weir/front/document/document.hpp>

namespace weir {

std::optional<yaml::Node> plugin_of_word(const yaml::Node& value, const PortSchema& port,
                                         const Registry& registry) {
  if (!value.is_scalar() || port.fallback.empty() || port.map ||
      !registry.plugin(port.kind + "/" + value.text))
    return std::nullopt;
  yaml::Node node;
  node.type = yaml::Node::Type::map;
  node.place = value.place;
  node.entries.push_back({"plugin", value.place, value});
  return node;
}

}  // namespace weir
