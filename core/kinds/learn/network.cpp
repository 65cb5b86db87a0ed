// core/kinds/learn/network.cpp -- what networks say of a signature that they were not trained for.
#include <weir/kinds/learn/network.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace weir {

Network::~Network() = default;

Tensor Network::features(const Params&, const Context&) const {
  throw std::logic_error(
      fmt::format("network '{}' has no features: it does not say what its last layer is given", path()));
}

void FittedNetwork::plan_for(const Signature& asked, Plan& plan) const {
  for (const auto& [name, entry] : signature_.inputs) {
    const auto given = asked.inputs.find(name);
    if (given == asked.inputs.end())
      plan.fault(
          "", fmt::format("this network was trained with an input '{}', and is asked here without it", name));
    else if (given->second.shape != entry.shape)
      plan.fault("", fmt::format("this network was trained with '{}' of shape [{}], and is given [{}] here",
                                 name, fmt::join(entry.shape, ", "), fmt::join(given->second.shape, ", ")));
    else if (given->second.classes > entry.classes)
      plan.fault("", fmt::format("this network was trained with {} classes of '{}', and is given {} here",
                                 entry.classes, name, given->second.classes));
  }
  for (const auto& [name, entry] : asked.inputs)
    if (!signature_.inputs.contains(name))
      plan.fault("", fmt::format("this network was trained without '{}', which it is given here", name));
  if (asked.output != signature_.output)
    plan.fault("", fmt::format("this network was trained to give [{}] for a row, and [{}] is wanted here",
                               fmt::join(signature_.output, ", "), fmt::join(asked.output, ", ")));
}

}  // namespace weir
