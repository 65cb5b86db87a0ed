// plugins/field/mixture.cpp -- the exact velocity between two mixtures of normal laws whose points are paired independently.
//
//   x_t = alpha x0 + beta x1 + gamma z       x0 ~ sum_j w_j N(m_j, S_j),  x1 ~ sum_k w_k N(m_k, S_k),  S diagonal,  z ~ N(0, I)
//   of a pair (j, k)   M = alpha m_j + beta m_k       S = alpha^2 S_j + beta^2 S_k + gamma^2       p_jk = softmax( log w_j w_k N(x; M, S) )
//                      C = alpha' alpha S_j + beta' beta S_k [+ gamma' gamma]
//   v*(x, t) = E[u_t | x_t = x] = sum_jk p_jk ( alpha' m_j + beta' m_k + C S^-1 (x - M) )
//
// with the bracket for noise_in_target. For N(0, I) and one N(m, s^2 I) on the straight line: v = m + c (x - t m),
// c = (s^2 t - (1 - t)) / ((1 - t)^2 + s^2 t^2).
//
// Told `y` beside x and t, a measurement of x1 (source/measured), it is E[u_t | x_t = x, y]: the same with the weights, means and
// variances that the target's components have given y. Asked without, it is the velocity that knows of no measurement.
//
// Source   conditional expectation of normal laws; Bansal et al., arXiv 2410.14949, for N(0, I) and unit variances; Wald, Steidl, arXiv
//          2501.16839, for the field given y.
// Oracle   the mean of u_t near a point, and near a point and a measurement, by Monte Carlo; the affine velocity between two normal laws
//          and the published sum, written out; field/empirical, where components shrink to points.
// Peers    interflow GMMInterpolant (gmm.py)
// Shapes   x, v [B, item...]; y [B, ...] as the target measures it; no parameters
// Limits   independent pairs, drawn anew. Finite at every t where noises are. Cost: B J K D numbers at once, in float64. A y that is left
//          out (for guidance) is not told from one that is 0, and is refused.
#include <stdexcept>

#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Mixture final : public weir::Field {
  weir::Port<weir::Source> source_{this, "source", weir::mandatory.needing<weir::MixtureLaw>(), "law of x0"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::MixtureLaw>(), "law of x1"};
  weir::Port<weir::TwoPoint> interpolant_{
      this, "interpolant", weir::by_default("linear").needing<weir::Coefficients>(), "the path between them"};

  // Of each pair of components, j slower than k; R is 1 where it is the same for all points, else their number.
  struct Pairs {
    Tensor log_weight;                      // [R, J K]
    Tensor mean0, mean1, spread0, spread1;  // [R or 1, J K, D]; spread: S_j, S_k
  };
  // With these components of x1: weight [R, K], mean and variance [R, K, D].
  Pairs pairs_with(const Tensor& weight, const Tensor& mean, const Tensor& variance) const {
    const std::int64_t j = from_.weight.size(0), k = weight.size(1);
    const auto each0 = [&](const Tensor& x) { return x.repeat_interleave(k, 0).unsqueeze(0); };
    const auto each1 = [&](const Tensor& x) { return x.repeat({1, j, 1}); };
    return {.log_weight = (from_.weight.view({1, j, 1}) * weight.unsqueeze(1)).log().flatten(1),
            .mean0 = each0(from_.mean),
            .mean1 = each1(mean),
            .spread0 = each0(from_.variance),
            .spread1 = each1(variance)};
  }

  weir::MixtureLaw from_;
  Pairs every_;  // those of the target's own law

 public:
  void plan(weir::Plan& plan) override {
    if (source_->shape() != target_->shape()) {
      plan.fault("target", "field/mixture needs items of one shape, and those of '" + target_->path() +
                               "' have another shape than those of '" + source_->path() + "'");
    }
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    weir::Domain other = domain;
    if (const auto measured = weir::facet<weir::Measurement>(*target_);
        measured && weir::facet<weir::PosteriorLaw>(*target_)) {
      const auto y = domain.context.find("y");
      if (y != domain.context.end() && y->second.shape != measured->shape)
        plan.fault("target", "field/mixture is told a 'y' of another shape than what is measured of '" +
                                 target_->path() + "'");
      if (y != domain.context.end() && domain.left_out)
        plan.fault("", "field/mixture cannot tell a 'y' that is left out from a measurement of 0",
                   "guide a trained field, or ask this one without y");
      other.context.erase("y");
    }
    refuse_context(other, plan);
    if (domain.item != target_->shape()) {
      plan.fault("target",
                 "field/mixture is a field on the items of its own laws, which have another shape than the "
                 "points it is asked at");
    }
  }

  void run(weir::Run&) override {
    from_ = *weir::facet<weir::MixtureLaw>(*source_);
    const weir::MixtureLaw to = *weir::facet<weir::MixtureLaw>(*target_);
    every_ = pairs_with(to.weight.unsqueeze(0), to.mean.unsqueeze(0), to.variance.unsqueeze(0));
  }

  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    if (!every_.log_weight.defined())
      throw std::logic_error("field/mixture was asked for a velocity before it was run");
    const auto y = context.find("y");
    const Pairs pairs = y == context.end() ? every_ : pairs_given(y->second);
    const Tensor points = x.flatten(1).to(at::kDouble);
    const auto at = [&](const Tensor& times) { return velocity_at(pairs, points, times); };
    return weir::with_limits(*interpolant_, t, "field/mixture", at).to(x.scalar_type()).reshape_as(x);
  }

 private:
  Tensor velocity_at(const Pairs& pairs, const Tensor& points, const Tensor& times) const {
    const auto& path = *interpolant_;
    const auto wide = [](const Tensor& coefficient) { return coefficient.view({-1, 1, 1}); };  // [B, 1, 1]
    const Tensor a = wide(path.alpha(times)), b = wide(path.beta(times)), da = wide(path.dalpha(times)),
                 db = wide(path.dbeta(times)), gamma = wide(path.noise().gamma(times));
    const auto& [log_weight, mean0, mean1, spread0, spread1] = pairs;

    const Tensor rest = points.unsqueeze(1) - a * mean0 - b * mean1;  // [B, J K, D]
    const Tensor variance = a.square() * spread0 + b.square() * spread1 + gamma.square();
    Tensor with_velocity = da * a * spread0 + db * b * spread1;  // covariance of x_t and u_t
    if (path.noise_in_target()) with_velocity = with_velocity + wide(path.noise().gamma_dgamma(times));
    const Tensor p =
        at::softmax(log_weight - 0.5 * (rest.square() / variance + variance.log()).sum(2), 1).unsqueeze(2);
    return (p * (da * mean0 + db * mean1 + with_velocity / variance * rest)).sum(1);
  }

  Pairs pairs_given(const Tensor& y) const {
    const auto [weight, mean, variance] = weir::facet<weir::PosteriorLaw>(*target_)->given(y);
    return pairs_with(weight, mean, variance);
  }
};

}  // namespace

WEIR_PLUGIN(
    Mixture,
    "Exact velocity between two mixtures of normal laws, independently paired, also given a measurement")
