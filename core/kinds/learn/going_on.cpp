// core/kinds/learn/going_on.cpp -- what a training takes over, compared with what it has itself.
#include <weir/kinds/learn/going_on.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir {
namespace {

std::string shape_text(const Tensor& value) {
  return fmt::format("[{}]", fmt::join(value.sizes().vec(), ", "));
}

// How what is given differs from what it is to be of, and in which tensor; empty where it does not.
struct Difference {
  std::string name, how;
};

Difference difference(const State& own, const State& given) {
  // The optimiser's memory has the names of the parameters: where these differ, it is not to blame.
  for (const std::string part : {"params/", "memory/"}) {
    for (const auto& [name, value] : own) {
      if (!name.starts_with(part)) continue;
      const auto other = given.find(name);
      if (other == given.end())
        return {name, fmt::format("keeps no {}, which this training goes on from", name)};
      if (other->second.sizes() != value.sizes())
        return {name, fmt::format("has {} of shape {}, and this training {}", name, shape_text(other->second),
                                  shape_text(value))};
    }
    for (const auto& [name, value] : given)
      if (name.starts_with(part) && !own.contains(name))
        return {name, fmt::format("keeps {}, of which this training knows nothing", name)};
  }
  return {};
}

}  // namespace

void plan_from(const Trainer& from, const State& own, const Field* model, Plan& plan) {
  const State given = from.fitted();
  if (given.empty())
    return plan.fault(
        "from",
        fmt::format("'{}' does not say what it ended with, so that none can go on from it", from.path()),
        "model: one of its fields starts from its parameters alone");
  if (const auto [name, how] = difference(own, given); !how.empty())
    return plan.fault("from", fmt::format("'{}' {}", from.path(), how),
                      name.starts_with("memory/") ? "take the optimiser of that training"
                                                  : "take the model of that training");
  if (!model) return;
  if (dynamic_cast<const Fitted*>(model))
    return plan.fault("model",
                      "the parameters are those that `from` ended with, and not of this trained field",
                      "write the model that was trained there, or leave `from` out to start from the field");
  from.compare_model(*model, plan);
}

}  // namespace weir
