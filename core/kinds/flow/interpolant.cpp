// core/kinds/flow/interpolant.cpp -- the noise of every path, and the path of two points from its coefficients.
#include <weir/kinds/flow/interpolant.hpp>

#include <stdexcept>

#include <fmt/format.h>

namespace weir {

Interpolant::~Interpolant() = default;

Interpolant::Point Interpolant::at(const Batch& batch, const Tensor& t, const Tensor& z) const {
  const auto marginals = static_cast<std::int64_t>(batch.points.size());
  if (!takes(marginals))
    throw std::logic_error(fmt::format("interpolant '{}' has no path through {} points; ask takes() at plan",
                                       path(), marginals));
  Point point = noiseless(batch, t);
  if (!noise_->zero()) {
    const auto wide = [&](const Tensor& coefficient) { return expand_as_items(coefficient, batch.x0()); };
    point.xt = point.xt + wide(noise_->gamma(t)) * z;
    if (noise_in_target_()) point.ut = point.ut + wide(noise_->dgamma(t)) * z;
  }
  return point;
}

TwoPoint::~TwoPoint() = default;

Interpolant::Point TwoPoint::noiseless(const Batch& batch, const Tensor& t) const {
  const Tensor& x0 = batch.x0();
  const Tensor& x1 = batch.x1();
  const auto wide = [&](const Tensor& coefficient) { return expand_as_items(coefficient, x0); };
  return {wide(alpha(t)) * x0 + wide(beta(t)) * x1, wide(dalpha(t)) * x0 + wide(dbeta(t)) * x1};
}

void plan_path(Plan& plan, const Interpolant& path, const Coupling& coupling, const std::string& port) {
  const std::int64_t marginals = coupling.marginals();
  if (path.takes(marginals)) return;
  plan.fault(port,
             fmt::format("the path of '{}' does not go through the {} points that '{}' gives of each pair",
                         path.path(), marginals, coupling.path()),
             coupling, "", fmt::format("each pair is given {} points here", marginals),
             marginals > 2 ? "use interpolant/spline, which goes through any number of them"
                           : "use interpolant/linear, or a coupling with as many points as the path takes");
}

}  // namespace weir
