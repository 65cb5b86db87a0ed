// core/kinds/learn/matched_context.cpp -- what a field is told of matched pairs, looked for behind the ports of their objective.
#include <weir/kinds/learn/matched_context.hpp>

#include <algorithm>

#include <weir/kinds/facets/independent_context.hpp>
#include <weir/kinds/facets/kept_marginals.hpp>
#include <weir/kinds/flow/coupling.hpp>

namespace weir {
namespace {

// Whether each pair's ends were chosen for each other, though its row depends on no other.
bool chosen(const Coupling& pairs) { return !pairs.size() && facet<KeptMarginals>(pairs).has_value(); }

// The pairs that this node, or one that it stands on, draws matched to each other; else null.
const Coupling* matched_pairs(const Node& node) {
  if (const auto* pairs = dynamic_cast<const Coupling*>(&node))
    return pairs->dependent_rows() || chosen(*pairs) ? pairs : nullptr;
  for (const AnyPort* port : node.ports())
    if (const Node* end = port->interface())
      if (const Coupling* pairs = matched_pairs(*end)) return pairs;
  return nullptr;
}

}  // namespace

std::vector<std::string> matched_context(const Objective& objective) {
  const Coupling* pairs = matched_pairs(objective);
  if (!pairs || (pairs->dependent_rows() && !objective.dependent_rows())) return {};
  const auto independent = facet<IndependentContext>(*pairs).value_or(IndependentContext{}).names;
  std::vector<std::string> names;
  for (const auto& [name, entry] : pairs->context())
    if (std::ranges::count(independent, name) == 0) names.push_back(name);
  return names;
}

}  // namespace weir
