// plugins/source/wrapped.cpp -- points of another source on the flat torus: each coordinate is an angle.
//
//   y_i = low + (x_i - low) mod period        within [low, low + period)
//
//   of a mixture sum_k w_k N(m_k, diag(s_k^2))        p(y) = sum_k w_k prod_i sum_j N(y_i + j period; m_ki, s_ki^2), j over all integers
//                                                     E y, Cov y from the moments of each N cut off at the period's ends
//
// A normal law becomes the wrapped normal one. What geodesic flow matching needs is this, in angles: the distance of two points is taken
// modulo the period, and no embedding in more dimensions is asked for. The uniform law on the torus is source/uniform, low: [0], high: [2 pi].
//
// Source   Mardia and Jupp, Directional statistics, 2000, section 3.5.7; Chen and Lipman, arXiv 2302.03660, for flows on the torus
// Oracle   the Fourier series of the wrapped normal law, with rho^(n^2), for density and moments; Kolmogorov-Smirnov
// Peers    flow_matching utils.manifolds.FlatTorus.expmap(0, x) and projx: low 0, period 2 pi
// Shapes   items as `of` has them
// Limits   Moments are those of the numbers y, not of directions. LogDensity and Moments of mixtures alone, normal laws with independent
//          coordinates among them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

constexpr std::int64_t numbers_at_once = std::int64_t{1} << 22;

class Wrapped final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "points of the line, the plane, ..."};
  weir::Param<double> low_{this, "low", 0.0,
                           "where the period begins; -3.141592653589793 for angles about 0"};
  weir::Param<double> period_{this, "period", 2 * pi, weir::positive, "after which coordinates come again"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this]() -> std::optional<weir::LogDensity> {
        const auto law = weir::facet<weir::MixtureLaw>(*of_);
        if (!law) return std::nullopt;
        return weir::LogDensity{
            [this, images = images_of(*law)](const Tensor& y) { return log_density(images, y); }};
      }};
  weir::Facet<weir::Moments> moments_{this, [this]() -> std::optional<weir::Moments> {
                                        const auto law = weir::facet<weir::MixtureLaw>(*of_);
                                        if (!law) return std::nullopt;
                                        return moments(images_of(*law));
                                      }};

 public:
  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return of_->size(); }
  Tensor items(const Tensor& index) const override { return wrapped(of_->items(index)); }
  Tensor labels() const override { return of_->labels(); }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return wrapped(of_->sample(n, rng)); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Drawn drawn = of_->draw(n, rng);
    return {wrapped(drawn.x), drawn.label};
  }

 private:
  Tensor wrapped(const Tensor& x) const {
    const Tensor y = at::remainder(x - low_(), period_());
    // A small negative number's remainder rounds up to the period itself.
    return low_() + at::where(y < period_(), y, at::zeros_like(y));
  }

  // The components at the places j of a period, those that reach it; means relative to `low`, [K, D, J].
  struct Images {
    Tensor log_weight, mean, spread;  // [K], [K, D, J], [K, D, 1], float64
  };
  Images images_of(const weir::MixtureLaw& law) const {
    // A spread of two periods is uniform to 1e-34, and a larger one is as well.
    const Tensor spread = law.variance.sqrt().clamp_max(2 * period_());
    const auto reach = static_cast<std::int64_t>(std::ceil(9 * spread.max().item<double>() / period_())) + 1;
    const Tensor shift = period_() * at::arange(-reach, reach + 1, law.mean.options());
    const Tensor mean = at::remainder(law.mean - low_(), period_());
    return {law.weight.log(), mean.unsqueeze(2) + shift, spread.unsqueeze(2)};
  }

  Tensor log_density(const Images& of, const Tensor& y) const {
    const Tensor off = y.flatten(1).to(of.mean.options()) - low_();
    std::vector<Tensor> found;
    for (const Tensor& rows : off.split(std::max<std::int64_t>(1, numbers_at_once / of.mean.numel()))) {
      const Tensor z = (rows.unsqueeze(1).unsqueeze(3) - of.mean) / of.spread;  // [n, K, D, J]
      const Tensor each =
          at::logsumexp(-0.5 * z.square(), {3}) - of.spread.squeeze(2).log() - 0.5 * std::log(2 * pi);
      const Tensor inside = ((rows >= 0) & (rows < period_())).all(1);
      const Tensor log_p = at::logsumexp(of.log_weight + each.sum(2), {1});
      found.push_back(log_p.masked_fill(~inside, -std::numeric_limits<double>::infinity()));
    }
    return at::cat(found).to(y.scalar_type());
  }

  // Of N(mu, s^2) within [0, P]: mass, first and second moment, summed over the places.
  weir::Moments moments(const Images& of) const {
    const double period = period_();
    const Tensor a = -of.mean / of.spread, b = (period - of.mean) / of.spread;
    const auto bell = [](const Tensor& z) { return (-0.5 * z.square()).exp() / std::sqrt(2 * pi); };
    const Tensor mass = at::special_ndtr(b) - at::special_ndtr(a);
    const Tensor first = (of.mean * mass - of.spread * (bell(b) - bell(a))).sum(2);  // [K, D]
    const Tensor second = ((of.mean.square() + of.spread.square()) * mass -
                           of.spread * ((of.mean + period) * bell(b) - of.mean * bell(a)))
                              .sum(2);
    const Tensor weight = of.log_weight.exp(), mean = at::mv(first.t(), weight);
    const Tensor centred = first - mean;
    const Tensor covariance = at::mm(centred.t(), weight.unsqueeze(1) * centred) +
                              at::mv((second - first.square()).t(), weight).diag();
    return {(mean + low_()).to(options()), covariance.to(options())};
  }
};

}  // namespace

WEIR_PLUGIN(Wrapped, "Points on the flat torus: another source's, modulo a period")
