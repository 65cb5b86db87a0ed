// plugins/source/measured.cpp -- a law of which something is measured: the linear inverse problem y = A x + noise.
//
//   x ~ `of`      y = a x + sigma xi,   xi ~ N(0, I)        a: a factor for each coordinate
//
//   of a mixture sum_k w_k N(m_k, diag(s_k^2)) the law of x given y is known, coordinate by coordinate:
//   v_k = 1 / (a^2 / sigma^2 + 1 / s_k^2)     mean_k = v_k (a y / sigma^2 + m_k / s_k^2)     w_k(y) ~ w_k N(y; a m_k, a^2 s_k^2 + sigma^2)
//
// Its points are those of `of`, with their classes; y goes with the pairs of a coupling as context `y`.
//
// Source   conjugacy of normal laws; Chemseddine, Hagemann, Wald, Steidl, arXiv 2403.18705, whose problem has a_i = 0.1 / i, sigma = 0.1.
// Oracle   Bayes' rule on a grid, to 1e-10; the textbook's normal law; points whose measurement lies near a value.
// Peers    none
// Shapes   items as `of` has them; y as an item
// Limits   a is diagonal, and the noise of all coordinates has one sigma. The law given y (PosteriorLaw) of mixtures alone.
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Measured final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "law of x"};
  weir::Param<weir::Numbers> gain_{this, "gain", weir::Numbers{1},
                                   "a: one number for each coordinate, or one for all"};
  weir::Param<double> sigma_{this, "sigma", weir::required, weir::positive,
                             "standard deviation of the noise of y"};
  weir::Facet<weir::Measurement> measurement_{
      this, [this] {
        return weir::Measurement{shape(),
                                 [this](const Tensor& x, weir::Rng& rng) { return measure(x, rng); }};
      }};
  weir::Facet<weir::PosteriorLaw> posterior_{
      this, [this]() -> std::optional<weir::PosteriorLaw> {
        const auto prior = weir::facet<weir::MixtureLaw>(*of_);
        if (!prior) return std::nullopt;
        return weir::PosteriorLaw{[this, prior = *prior](const Tensor& y) { return given(prior, y); }};
      }};
  weir::Facet<weir::LogDensity> log_density_{this, [this] { return weir::facet<weir::LogDensity>(*of_); }};
  weir::Facet<weir::Moments> moments_{this, [this] { return weir::facet<weir::Moments>(*of_); }};
  weir::Facet<weir::NormalLaw> normal_law_{this, [this] { return weir::facet<weir::NormalLaw>(*of_); }};
  weir::Facet<weir::MixtureLaw> mixture_law_{this, [this] { return weir::facet<weir::MixtureLaw>(*of_); }};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape item = shape();
    const auto dim = std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>());
    const auto given = static_cast<std::int64_t>(gain_().size());
    if (given != 1 && given != dim)
      return plan.fault(
          "gain",
          fmt::format("gain has {} numbers, but an item of '{}' has {} coordinates", given, of_->path(), dim),
          "write one number for each coordinate, or one for all");
    gain_of_each_ = at::tensor(gain_(), at::kDouble).expand({dim}).contiguous();
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return of_->size(); }
  Tensor items(const Tensor& index) const override { return of_->items(index); }
  Tensor labels() const override { return of_->labels(); }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return of_->sample(n, rng); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override { return of_->draw(n, rng); }

 private:
  Tensor measure(const Tensor& x, weir::Rng& rng) const {
    const Tensor seen = x.flatten(1) * gain_of_each_.to(x.options());
    return (seen + sigma_() * rng.normal(seen.sizes())).reshape_as(x);
  }

  weir::PosteriorLaw::Mixtures given(const weir::MixtureLaw& prior, const Tensor& y) const {
    const Tensor a = gain_of_each_.to(prior.mean.device());
    const double noise = sigma_() * sigma_();
    const Tensor seen = y.flatten(1).to(prior.mean.options()).unsqueeze(1);  // [n, 1, D]
    const Tensor variance = 1 / (a.square() / noise + 1 / prior.variance);   // [K, D]
    const Tensor mean = variance * (a * seen / noise + prior.mean / prior.variance);
    const Tensor spread = a.square() * prior.variance + noise;  // of y, under each component
    const Tensor log_weight =
        prior.weight.log() - 0.5 * ((seen - a * prior.mean).square() / spread + spread.log()).sum(2);
    return {at::softmax(log_weight, 1), mean, variance.expand_as(mean)};
  }

  Tensor gain_of_each_;  // [D] float64
};

}  // namespace

WEIR_PLUGIN(Measured, "Points of a law with a noisy linear measurement of each: an inverse problem")
