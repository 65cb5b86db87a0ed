// plugins/source/funnel.cpp -- Neal's funnel: normal coordinates whose spread is another one's exponential.
//
//   v ~ N(0, scale^2)        x_i | v ~ N(0, e^v), i = 1 .. dim - 1        items (v, x_1, ..., x_(dim - 1))
//   log p = log N(v; 0, scale^2) + sum_i log N(x_i; 0, e^v)
//   E = 0,  Var v = scale^2,  Var x_i = exp(scale^2 / 2), all uncorrelated
//
// Source   Neal, Slice sampling, Ann. Stat. 31 (2003) 705-767, section 8: dim 10, scale 3, as in sampling by flows and diffusions
//          (Zhang and Chen, arXiv 2111.15141)
// Oracle   scipy.stats.norm for the density; x e^(-v/2) and v / scale are N(0, 1) (Kolmogorov-Smirnov); the density's integral
// Peers    torchcfm runner's distribution_datamodule "funnel": scale 1
// Shapes   items {dim}
// Limits   Moments up to scale 1.5 alone: at Neal's 3, Var x is 90 and made by one point in thousands, so that samples of everyday sizes
//          have another. scale up to 20, for which e^(v / 2) stays within float32.
#include <cmath>
#include <numbers>
#include <optional>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double widest_with_moments = 1.5;

class Funnel final : public weir::Source {
  weir::Param<std::int64_t> dim_{this, "dim", 10, weir::between(2, 1e6),
                                 "number of coordinates, v among them"};
  weir::Param<double> scale_{this, "scale", 3.0, weir::between(1e-3, 20), "standard deviation of v"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this] { return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }}; }};
  weir::Facet<weir::Moments> moments_{this, [this]() -> std::optional<weir::Moments> {
                                        if (scale_() > widest_with_moments) return std::nullopt;
                                        Tensor variance =
                                            at::full({dim_()}, std::exp(scale_() * scale_() / 2), options());
                                        variance[0] = scale_() * scale_();
                                        return weir::Moments{at::zeros({dim_()}, options()), variance.diag()};
                                      }};

 public:
  weir::Shape shape() const override { return {dim_()}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor z = rng.normal({n, dim_()}), v = scale_() * z.slice(1, 0, 1);
    return at::cat({v, (v / 2).exp() * z.slice(1, 1)}, 1);
  }

 private:
  Tensor log_density(const Tensor& x) const {
    const Tensor v = x.select(1, 0), rest = x.slice(1, 1) * (-0.5 * v).exp().unsqueeze(1);
    const double d = double(dim_());
    return -0.5 * ((v / scale_()).square() + rest.square().sum(1) + (d - 1) * v) - std::log(scale_()) -
           0.5 * d * std::log(2 * std::numbers::pi);
  }
};

}  // namespace

WEIR_PLUGIN(Funnel, "Neal's funnel")
