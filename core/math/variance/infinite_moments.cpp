// core/math/variance/infinite_moments.cpp -- exponents of a path's coefficients at the ends of time.
#include <weir/math/variance/infinite_moments.hpp>

#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/flow_matching_parts.hpp>

namespace weir {
namespace {

using Coefficient = std::function<Tensor(const Tensor&)>;

// Whether the integral of |w|^q p diverges at this end. With s(t) = t |w|^q p ~ t^(1 - a), s must fall towards it.
bool diverges(const Coefficient& w, const Time& time, int power, double end) {
  constexpr int outer = 20, inner = 40;
  constexpr double indistinct = 0.01;  // of exponents
  if (const auto atom = time.atom())
    return *atom == end && !w(at::full({1}, end, at::kDouble)).isfinite().item<bool>();
  const auto s = [&](int halvings) {
    const double distance = std::ldexp(1.0, -halvings);
    const Tensor t = at::full({1}, end == 0 ? distance : 1 - distance, at::kDouble);
    return distance * (w(t).abs().pow(power) * time.density(t)).item<double>();
  };
  const double near = s(inner), far = s(outer);
  return near > 0 && std::log2(near / far) / (inner - outer) > -indistinct;
}

}  // namespace

std::string keep_from_the_ends(const std::string& reason) {
  const bool by_noise = reason.find("gamma'") != std::string::npos;
  return fmt::format("keep t from the ends, such as time: {{plugin: uniform, eps: 1e-3}}{}",
                     by_noise ? ", or leave noise_in_target out" : "");
}

std::vector<DivergentEnd> divergent_ends(const TwoPoint& path, const Time& time, int power, double noise) {
  std::vector<std::pair<const char*, Coefficient>> coefficients = {
      {"alpha'", [&](const Tensor& t) { return path.dalpha(t); }},
      {"beta'", [&](const Tensor& t) { return path.dbeta(t); }}};
  if (path.noise_in_target() && !path.noise().zero() && noise != 0)
    coefficients.emplace_back("gamma'", [&](const Tensor& t) { return path.noise().dgamma(t); });
  std::vector<DivergentEnd> found;
  for (const double end : {0.0, 1.0})
    for (const auto& [name, w] : coefficients)
      if (diverges(w, time, power, end))
        found.push_back({end, fmt::format("the {} of {} in the target is not integrable at t = {}",
                                          power == 2 ? "square" : "fourth power", name, end)});
  return found;
}

std::string infinite_target(const Objective& objective, int power) {
  const auto parts = facet<FlowMatchingParts>(objective);
  if (!parts) return "";
  std::vector<std::string> reasons;
  for (const DivergentEnd& end : divergent_ends(*parts->interpolant, *parts->time, power))
    reasons.push_back(end.reason);
  return fmt::format("{}", fmt::join(reasons, "; "));
}

}  // namespace weir
