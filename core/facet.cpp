// core/facet.cpp -- facets register with their node, and ports that need one say where it is missing.
#include <weir/node.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include <weir/front/faults/wording.hpp>

namespace weir {

AnyFacet::AnyFacet(Node* node, std::string name) : node_(node), name_(std::move(name)) {
  node->require_free_facet(name_);
  node->facets_.push_back(this);
}

void AnyFacet::refuse_type() const {
  throw std::logic_error(fmt::format(
      "facet '{}' of node '{}' is asked for as another type than it is declared as: two types have "
      "that name; rename one, and build anew what includes it",
      name_, node_->path()));
}

const AnyFacet* find_facet(const Node& node, const std::string& name) {
  const auto found = std::ranges::find(node.facets(), name, &AnyFacet::name);
  return found == node.facets().end() ? nullptr : *found;
}

void plan_facets(const Node& node, Plan& plan) {
  for (const AnyPort* port : node.ports()) {
    const Node* bound = port->interface();
    if (!bound) continue;
    for (const std::string& need : port->schema().needs) {
      const AnyFacet* declared = find_facet(*bound, need);
      if (declared && declared->given()) continue;
      plan.fault(port->name(), fmt::format("{} needs {}, and what it is given has none as it is set",
                                           port->name(), wording::facet(need)));
    }
  }
}

}  // namespace weir
