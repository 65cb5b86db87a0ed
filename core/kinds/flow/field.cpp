// core/kinds/flow/field.cpp -- what fields say of the context that they are asked with.
#include <weir/kinds/flow/field.hpp>

#include <fmt/format.h>

namespace weir {

Context left_out(const Context& context) {
  Context none;
  for (const auto& [name, value] : context) {
    const bool label = value.dim() == 1 && at::isIntegralType(value.scalar_type(), /*includeBool=*/false);
    none[name] = label ? at::full_like(value, -1) : at::zeros_like(value);
  }
  return none;
}

Field::~Field() = default;

void Field::refuse_context(const Domain& domain, Plan& plan) {
  for (const auto& [name, entry] : domain.context)
    plan.fault("", fmt::format("this field knows x and t alone, and is given '{}' beside them", name),
               "use a field that takes context (field/mlp, field/unet), or give it none: sources give labels "
               "where their "
               "`labels` are set");
}

void Fitted::plan_for(const Domain& domain, Plan& plan) const {
  for (const auto& [name, entry] : domain_.context) {
    const auto given = domain.context.find(name);
    if (given == domain.context.end())
      plan.fault(
          "",
          fmt::format("this field was trained with '{}' beside x and t, and is asked here without it", name),
          fmt::format("give it, one row for each point: context: {{{}: ...}}", name));
    else if (given->second.shape != entry.shape)
      plan.fault(
          "", fmt::format("this field was trained with '{}' of another shape than it is given here", name));
  }
  for (const auto& [name, entry] : domain.context)
    if (!domain_.context.contains(name))
      plan.fault("", fmt::format("this field was trained without '{}', which it is given here", name),
                 "leave it out, or train the field with it");
  if (domain.left_out && !domain_.left_out && !domain_.context.empty())
    plan.fault(
        "guidance",
        "guidance compares with the field without its context, and this field never met a row without it",
        "train it with some left out: leave_out: 0.1 of objective/flow_matching");
  if (domain.context.empty() == domain_.context.empty()) model_.plan_for(domain_with(domain), plan);
}

Domain Fitted::domain_with(const Domain& asked) const { return {asked.item, domain_.context}; }

}  // namespace weir
