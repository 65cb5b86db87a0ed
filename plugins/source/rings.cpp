// plugins/source/rings.cpp -- concentric circles with noise.
//
//   across: plane     x = R (cos a, sin a) + noise z             a ~ U(0, 2 pi), R each of the K radii as often as any, z ~ N(0, I_2)
//                     p(x) = mean_R exp(-(r - R)^2 / (2 s^2)) e^(-r R / s^2) I_0(r R / s^2) / (2 pi s^2)        r = |x|, s = noise
//   across: radius    x = (R + noise z) (cos a, sin a)           z ~ N(0, 1): along the radius alone
//                     p(x) = mean_R (N(r; R, s^2) + N(r; -R, s^2)) / (2 pi r)
//
//   E x = 0,  Cov x = I mean_R (R^2 / 2 + s^2), in the plane; I mean_R (R^2 + s^2) / 2, along the radius
//
// Source   sklearn.datasets.make_circles, noise its standard deviation in the plane. In the plane r has the law of Rice, Bell Syst. Tech. J.
//          24 (1945) 46-156; along the radius r is |N(R, s^2)|.
// Oracle   scipy.stats.rice for the density; Kolmogorov-Smirnov of r against Rice's law and the folded normal one; moments of samples
// Peers    sklearn.datasets.make_circles(factor, noise): radii [1, factor], classes in that order; ffjord toy_data "circles": radii [3, 1.5],
//          noise 0.24; "rings": radii [3, 2.25, 1.5, 0.75], noise 0.08; torchcfm runner "circle": radii [10, 5], noise 0;
//          torchebm CircleDataset: radii [1]. Peers take angles on an even grid; here they are drawn, as the items of a source are independent.
// Shapes   items {2}
// Limits   without noise there is no density. Along the radius it has a pole at the centre, of next to no mass for R of several noises.
#include <cmath>
#include <numbers>
#include <optional>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

class Rings final : public weir::Source {
  weir::Param<weir::Numbers> radii_{this, "radii", weir::Numbers{1, 0.5}, weir::positive,
                                    "radius of each circle"};
  weir::Param<double> noise_{this, "noise", 0.05, weir::at_least(0),
                             "standard deviation of the normal noise"};
  weir::Param<std::string> across_{this, "across", "plane", weir::one_of({"plane", "radius"}),
                                   "where the noise moves a point: anywhere, or along its radius"};
  weir::Param<bool> labelled_{this, "labelled", false, "whether a point's circle is its class"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this]() -> std::optional<weir::LogDensity> {
        if (noise_() == 0) return std::nullopt;
        return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }};
      }};
  weir::Facet<weir::Moments> moments_{
      this, [this] {
        const double square = at::tensor(radii_(), at::kDouble).square().mean().item<double>();
        const double variance = square / 2 + noise_() * noise_() * (along_radius() ? 0.5 : 1.0);
        return weir::Moments{at::zeros({2}, options()), variance * at::eye(2, options())};
      }};

  bool along_radius() const { return across_() == "radius"; }

 public:
  void plan(weir::Plan& plan) override {
    if (radii_().empty()) plan.fault("radii", "rings need at least one radius", "write radii: [1, 0.5]");
  }

  weir::Shape shape() const override { return {2}; }
  std::optional<std::int64_t> classes() const override {
    return labelled_() ? std::optional(static_cast<std::int64_t>(radii_().size())) : std::nullopt;
  }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor radii = at::tensor(radii_(), at::kDouble).to(options());
    const Tensor which = rng.integers(radii.size(0), {n}), a = 2 * pi * rng.uniform({n, 1});
    const Tensor around = at::cat({a.cos(), a.sin()}, 1), r = radii.index_select(0, which).unsqueeze(1);
    const Tensor z = noise_() * rng.normal({n, along_radius() ? 1 : 2});
    return {along_radius() ? (r + z) * around : r * around + z, labelled_() ? which : Tensor()};
  }

 private:
  Tensor log_density(const Tensor& x) const {
    const double s = noise_(), count = static_cast<double>(radii_().size());
    const Tensor radii = at::tensor(radii_(), at::kDouble).to(x.options());
    const Tensor r = x.norm(2, {1}, true);
    const auto log_normal = [&](const Tensor& off) { return -0.5 * (off / s).square(); };
    if (along_radius())
      return at::logsumexp(at::cat({log_normal(r - radii), log_normal(r + radii)}, 1), {1}) -
             std::log(count * s * std::pow(2 * pi, 1.5)) - r.squeeze(1).log();
    return at::logsumexp(log_normal(r - radii) + at::special_i0e(r * radii / (s * s)).log(), {1}) -
           std::log(count * 2 * pi * s * s);
  }
};

}  // namespace

WEIR_PLUGIN(Rings, "Concentric circles with noise")
