// core/kinds/flow/interpolant.cpp -- the path of any interpolant from its coefficients.
#include <weir/kinds/flow/interpolant.hpp>

namespace weir {

Interpolant::~Interpolant() = default;

Interpolant::Point Interpolant::at(const Batch& batch, const Tensor& t, const Tensor& z) const {
  const Tensor& x0 = batch.x0();
  const Tensor& x1 = batch.x1();
  const auto wide = [&](const Tensor& coefficient) { return expand_as_items(coefficient, x0); };
  Tensor xt = wide(alpha(t)) * x0 + wide(beta(t)) * x1;
  Tensor ut = wide(dalpha(t)) * x0 + wide(dbeta(t)) * x1;
  if (!noise_->zero()) {
    xt = xt + wide(noise_->gamma(t)) * z;
    if (noise_in_target_()) ut = ut + wide(noise_->dgamma(t)) * z;
  }
  return {xt, ut};
}

}  // namespace weir
