// core/kinds/flow/noise.cpp -- products of a noise schedule and its derivative at the ends of time.
#include <weir/kinds/flow/noise.hpp>

namespace weir {

Noise::~Noise() = default;

Tensor off_the_ends(const Tensor& t, double distance) {
  return t.to(at::kDouble).clamp(distance, 1 - distance);
}

Tensor Noise::gamma_dgamma(const Tensor& t) const {
  const auto product = [&](const Tensor& times) { return gamma(times) * dgamma(times); };
  const Tensor there = product(t.to(at::kDouble));
  return at::where(at::isfinite(there), there, product(off_the_ends(t)));  // 0 times infinity says nothing
}

}  // namespace weir
