// plugins/field/sphere.cpp -- the exact velocity towards the uniform law on a sphere, from a standard normal source.
//
//   x_t = beta x1 + sigma e,  x1 uniform on the unit sphere of k coordinates, P the projection onto its space,  sigma^2 = alpha^2 + gamma^2
//   x1 | x_t = x  is von Mises-Fisher about P x with kappa = beta |P x| / sigma^2, so that
//   E[x1 | x_t = x] = A_k(kappa) P x / |P x|        A_k(kappa) = I_(k/2)(kappa) / I_(k/2 - 1)(kappa)
//   v = to_velocity(data) of it (core/kinds/flow/space.hpp);  (E[x1 | x] - x) / (1 - t) on the linear path without noise
//
// Of coordinates normal to the sphere's space nothing is expected: there v = -x / (1 - t), and x(t) = (1 - t) x(0), in however many
// dimensions.
//
//   A_1 = tanh,  A_2 = I_1 / I_0,  A_(k+2) = 1 / A_k - k / kappa        upward, for kappa above k^2 / 4 + 50, where it loses no digits
//   A_k = kappa / (k + kappa A_(k+2))                                  below, from A = 0 far above, which the way down forgets
//
// Source   Mardia, Jupp, Directional Statistics, 2000, section 9.3 and appendix 1 (A_k and the recurrence); the target is that of
//          arXiv 2602.22486.
// Oracle   an integral over the sphere by the midpoint rule, to 1e-8, in 2 to 10 dimensions; tanh and coth(kappa) - 1 / kappa; normal
//          coordinates contract as 1 - t along a flow, the others come to distance 1.
// Peers    none
// Shapes   x, v [B, item...]; no parameters
// Limits   the sphere is known by the facet Moments of `target` alone, whose covariance is P / k; that its points lie at distance 1 is seen
//          from 256 of them. Infinite at t = 1 without noise there: an integrator must stop before it, or not ask there.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// A_k at kappa >= 0 [N] float64, to some ten units of round-off.
Tensor mean_length(std::int64_t k, const Tensor& kappa) {
  const double turn = double(k * k) / 4 + 50;
  const Tensor far = kappa.clamp_min(turn), near = kappa.clamp_max(turn);
  Tensor up = k % 2 == 1 ? far.tanh() : at::special_i1e(far) / at::special_i0e(far);
  for (std::int64_t j = k % 2 == 1 ? 1 : 2; j < k; j += 2) up = 1 / up - double(j) / far;
  Tensor down = at::zeros_like(near);
  for (auto j = std::int64_t(6 * std::sqrt(turn)); j >= 0; --j)
    down = near / (double(k + 2 * j) + near * down);
  return at::where(kappa > turn, up, down);
}

class Sphere final : public weir::Field {
  weir::Port<weir::Source> source_{this, "source", "law of x0: the standard normal"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::Moments>(),
                                   "law of x1: uniform on a sphere"};
  weir::Port<weir::TwoPoint> interpolant_{
      this, "interpolant", weir::by_default("linear").needing<weir::Coefficients>(), "the path between them"};

  Tensor projection_;  // P [D, D], float64
  std::int64_t k_ = 0;

 public:
  void plan(weir::Plan& plan) override {
    const auto law = weir::facet<weir::NormalLaw>(*source_);
    if (!law || !law->standard())
      plan.fault(
          "source",
          fmt::format("field/sphere is known for a standard normal source only, and '{}' is another law",
                      source_->path()),
          "use source/gaussian with mean 0 and scale 1");
    if (source_->shape() != target_->shape())
      plan.fault("target",
                 fmt::format("field/sphere needs items of one shape, and those of '{}' have another "
                             "shape than those of '{}'",
                             target_->path(), source_->path()));
    const weir::Moments moments = *weir::facet<weir::Moments>(*target_);
    // Of P / k the trace is 1 and the sum of squares 1 / k.
    const Tensor covariance = moments.covariance.to(at::kDouble);
    k_ = std::llround(std::min(1 / covariance.square().sum().item<double>(), 1e9));
    projection_ = covariance * double(k_);
    const double round_off = at::elementSize(moments.covariance.scalar_type()) < 8 ? 1e-5 : 1e-10;
    if (target_->size() || weir::facet<weir::NormalLaw>(*target_) || k_ < 1 ||
        moments.mean.abs().max().item<double>() > round_off ||
        !at::allclose(at::mm(projection_, projection_), projection_, round_off, round_off))
      plan.fault("target", not_a_sphere(), "use source/sphere");
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (domain.item != target_->shape())
      plan.fault("target",
                 "field/sphere is a field on the items of its own target, which have another shape than the "
                 "points it is asked at");
  }

  void run(weir::Run&) override {
    weir::Rng rng = this->rng().at("points");
    const Tensor length = target_->sample(256, rng).flatten(1).norm(2, {1});
    if (!at::allclose(length, at::ones_like(length), 0, 1e-5)) throw std::runtime_error(not_a_sphere());
  }

  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    const weir::TwoPoint& path = *interpolant_;
    const Tensor times = t.to(at::kDouble), points = x.flatten(1).to(at::kDouble);
    const Tensor along = at::mm(points, projection_);
    const Tensor length = along.norm(2, {1});
    const Tensor variance = path.alpha(times).square() + path.noise().gamma(times).square();
    const Tensor kappa = path.beta(times) * length / variance;
    const Tensor mean = along * (mean_length(k_, kappa) / length.clamp_min(1e-300)).unsqueeze(1);
    const Tensor v = weir::to_velocity(weir::Space::data, path, times)(points, mean);
    if (!at::isfinite(v).all().item<bool>())
      throw std::runtime_error(
          "field/sphere is infinite at t = 1 without noise there; follow it until an earlier time, or with "
          "an "
          "integrator that does not evaluate it at t = 1 (euler)");
    return v.to(x.scalar_type()).reshape_as(x);
  }

 private:
  std::string not_a_sphere() const {
    return fmt::format(
        "field/sphere needs a target that is uniform on a sphere of radius 1 about 0, and '{}' is "
        "another law",
        target_->path());
  }
};

}  // namespace

WEIR_PLUGIN(Sphere, "Exact velocity towards the uniform law on a sphere, from a standard normal source")
