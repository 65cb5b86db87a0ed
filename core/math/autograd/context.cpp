// core/math/autograd/context.cpp -- linear layers of a context.
#include <weir/math/autograd/context.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace weir::nn {
namespace {

const std::string prefix = "context.", suffix = ".weight";

std::int64_t width_of(const Domain::Entry& entry) {
  if (entry.classes > 0) return entry.classes;
  std::int64_t numbers = 1;
  for (const auto size : entry.shape) numbers *= size;
  return numbers;
}

// f(c), [B, width].
Tensor features_of(const std::string& name, const Tensor& value, std::int64_t width,
                   const at::TensorOptions& options) {
  if (value.dim() > 1) return value.to(options).flatten(1);
  if (!at::isIntegralType(value.scalar_type(), /*includeBool=*/false))
    throw std::invalid_argument(fmt::format("'{}' is one class for each row, which are integers", name));
  const auto refusal = [&](const std::string& label) {
    return fmt::format("'{}' {} is none of the {} classes, which are 0 to {}", name, label, width, width - 1);
  };
  if (value
          .is_cuda())  // asked by the device itself, and not waited for: this is on the way of every velocity
    at::_assert_async((value < width).all(), refusal("of a row"));
  else if (value.numel() > 0 && value.max().item<std::int64_t>() >= width)
    throw std::invalid_argument(refusal(std::to_string(value.max().item<std::int64_t>())));
  const Tensor classes = at::arange(width, value.options());
  return (value.unsqueeze(1) == classes).to(options);
}

}  // namespace

void plan_context(const Domain& domain, Plan& plan) {
  for (const auto& [name, entry] : domain.context)
    if (entry.shape.empty() && entry.classes < 1)
      plan.fault(
          "",
          fmt::format("how many classes '{}' has is not known here, so that a network cannot be made for it",
                      name),
          "use a field that was trained with it");
}

void init_context(Named& into, const Domain& domain, std::int64_t out, Rng& rng) {
  for (const auto& [name, entry] : domain.context)
    init_linear(into, prefix + name, width_of(entry), out, rng);
}

Tensor context_features(const Params& params, const Context& context, const char* who, const char* beside) {
  Tensor sum;
  for (const auto& [parameter, weight] : params.tensors()) {
    if (!parameter.starts_with(prefix) || !parameter.ends_with(suffix)) continue;
    const std::string name =
        parameter.substr(prefix.size(), parameter.size() - prefix.size() - suffix.size());
    const auto given = context.find(name);
    if (given == context.end())
      throw std::invalid_argument(
          fmt::format("{} takes '{}' beside {}, and is asked without it", who, name, beside));
    const Tensor c =
        linear(params, prefix + name,
               features_of(name, given->second, weight.size(1), weight.options().requires_grad(false)));
    sum = sum.defined() ? sum + c : c;
  }
  return sum;
}

}  // namespace weir::nn
