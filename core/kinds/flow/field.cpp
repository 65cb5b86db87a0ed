// core/kinds/flow/field.cpp -- what fields say of the context that they are asked with.
#include <weir/kinds/flow/field.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir {

Context left_out(const Context& context) {
  Context none;
  for (const auto& [name, value] : context) {
    const bool label = value.dim() == 1 && at::isIntegralType(value.scalar_type(), /*includeBool=*/false);
    none[name] = label ? at::full_like(value, -1) : at::zeros_like(value);
  }
  return none;
}

Domain domain_of(const Shape& points, const Ports<Tensor>& context, Plan& plan) {
  Domain domain(Shape(points.begin() + 1, points.end()));
  for (const auto& [name, rows] : context.shapes()) {
    if (rows.empty() || rows.front() != points.front())
      plan.fault(context.name(), fmt::format("'{}' has [{}] for {} points: it needs one row for each", name,
                                             fmt::join(rows, ", "), points.front()));
    else
      domain.context[name] = {.shape = Shape(rows.begin() + 1, rows.end())};
  }
  return domain;
}

Context context_of(const Ports<Tensor>& context, const at::TensorOptions& options) {
  Context told;
  for (const auto& [name, rows] : context()) {
    const bool label = rows.dim() == 1 && at::isIntegralType(rows.scalar_type(), /*includeBool=*/false);
    told[name] = label ? rows.to(options.device()) : rows.to(options);
  }
  return told;
}

Domain domain_of(const Tensor& points, const Context& context) {
  const auto item_of = [](const Tensor& rows) { return Shape(rows.sizes().begin() + 1, rows.sizes().end()); };
  Domain domain(item_of(points));
  for (const auto& [name, rows] : context) domain.context[name] = {.shape = item_of(rows)};
  return domain;
}

Context rows_of(const Context& context, std::int64_t first, std::int64_t n) {
  Context some;
  for (const auto& [name, rows] : context) some[name] = rows.narrow(0, first, n);
  return some;
}

Context rows_of(const Context& context, const Tensor& index) {
  Context some;
  for (const auto& [name, rows] : context) some[name] = rows.index_select(0, index);
  return some;
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
