// plugins/field/empirical.cpp -- the exact minimiser for a finite target set and a source that is drawn anew.
//
//   x_t = alpha x0 + beta x1 + gamma z,  x0, z ~ N(0, I),  x1 uniform on the set {z_i}, all independent
//   s^2 = alpha^2 + gamma^2              p_i = softmax_i( -||x - beta z_i||^2 / (2 s^2) )
//   E[x0 | x, z_i] = alpha (x - beta z_i) / s^2              E[z | x, z_i] = gamma (x - beta z_i) / s^2
//   v*(x, t) = sum_i p_i ( beta' z_i + (alpha' alpha [+ gamma' gamma]) (x - beta z_i) / s^2 )
//
// with the bracket for noise_in_target. For the linear path without noise: sum_i p_i (z_i - x) / (1 - t).
//
// At the ends. With the bracket the factor of x - beta z_i is s' / s, since (s^2)' = 2 (alpha alpha' + gamma gamma'). At t = 0, where
// s = 1, it is finite for a bridge although gamma' is not: gamma gamma' = (gamma^2)' / 2, which is sigma^2 / 2. At t = 1 it is
// infinite where s = 0. Without the bracket l'Hospital's rule gives alpha'^2 / (gamma^2)' there: -1 / sigma^2 for a bridge, infinite
// without noise.
//
// Source   the empirical-Bayes denoiser; Bertrand et al., arXiv 2506.03719, for its use with flow matching.
// Oracle   the mean of u_t near a point, by Monte Carlo of 400000 pairs, for three noises; the limits at the ends by hand; a flow of it
//          ends in the set; field/mixture with components that shrink to points.
// Peers    rectified-flow AnalyticGaussianVelocity (models/gauss_analytic.py)
// Shapes   x, v [B, item...]; no parameters
// Limits   a standard normal source, a finite target set. Infinite at t = 1 without noise there, but for a bridge that is not in
//          the target: an integrator must not evaluate it at t = 1 (euler does not; heun and rk4 do). Cost: B N D products per
//          call, in float64.
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/posterior_means.hpp>
#include <weir/plugin.hpp>

#include <optional>

namespace {

using weir::Tensor;

class Empirical final : public weir::Field {
  weir::Port<weir::Source> source_{this, "source", "law of x0: the standard normal"};
  weir::Port<weir::Source> target_{this, "target", "the finite set of x1"};
  weir::Port<weir::TwoPoint> interpolant_{
      this, "interpolant", weir::by_default("linear").needing<weir::Coefficients>(), "the path between them"};

  std::optional<weir::FiniteSet> set_;

 public:
  void plan(weir::Plan& plan) override {
    const auto law = weir::facet<weir::NormalLaw>(*source_);
    if (!law || !law->standard()) {
      plan.fault("source",
                 "field/empirical is known for a standard normal source only, and '" + source_->path() +
                     "' is another law",
                 "use source/gaussian with mean 0 and scale 1, or field/kernel for fixed pairs of any law");
    }
    if (!target_->size()) {
      plan.fault(
          "target",
          "field/empirical averages over a finite set, and '" + target_->path() + "' is a distribution",
          "use a data set, or field/kernel with fixed pairs");
    }
    if (source_->shape() != target_->shape()) {
      plan.fault("target", "field/empirical needs items of one shape, and those of '" + target_->path() +
                               "' have another shape than those of '" + source_->path() + "'");
    }
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (domain.item != target_->shape()) {
      plan.fault(
          "target",
          "field/empirical is a field on the items of its own target set, which have another shape than the "
          "points it is asked at");
    }
  }

  void run(weir::Run&) override {
    const Tensor every = at::arange(*target_->size(), options().dtype(at::kLong));
    set_.emplace(std::vector<Tensor>{target_->items(every).flatten(1)});
  }

  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    if (!set_) throw std::logic_error("field/empirical was asked for a velocity before it was run");
    const auto& path = *interpolant_;
    const Tensor times = t.to(at::kDouble);
    const Tensor points = x.flatten(1);
    const Tensor alpha = path.alpha(times), beta = path.beta(times), gamma = path.noise().gamma(times);
    const Tensor mean = set_->posterior_means(points, {beta}, alpha.square() + gamma.square()).front();
    const Tensor v = path.dbeta(times).unsqueeze(1) * mean +
                     factor(times).unsqueeze(1) * (points - beta.unsqueeze(1) * mean);
    return v.to(x.scalar_type()).reshape_as(x);
  }

 private:
  // Of x - beta z_i, [B]; where it is 0 / 0 its limit from within, which must be there.
  Tensor factor(const Tensor& t) const {
    const auto ratio = [&](const Tensor& times) {
      const auto& path = *interpolant_;
      const Tensor alpha = path.alpha(times);
      Tensor pull = path.dalpha(times) * alpha;
      if (path.noise_in_target()) pull = pull + path.noise().gamma_dgamma(times);
      return pull / (alpha.square() + path.noise().gamma(times).square());
    };
    const Tensor there = ratio(t), known = at::isfinite(there);
    if (known.all().item<bool>()) return there;
    const Tensor near = ratio(weir::off_the_ends(t)), farther = ratio(weir::off_the_ends(t, 0x1p-50));
    if ((~known & (near.abs() > 2 * farther.abs())).any().item<bool>()) {
      throw std::runtime_error(
          "field/empirical is infinite at t = 1 without noise there; use an integrator that does not "
          "evaluate it at t = 1 (euler), or noise");
    }
    return at::where(known, there, near);
  }
};

}  // namespace

WEIR_PLUGIN(Empirical, "Exact minimiser for a finite target set and a standard normal source drawn anew")
