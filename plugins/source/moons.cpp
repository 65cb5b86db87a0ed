// plugins/source/moons.cpp -- two half circles that reach into each other, with normal noise.
//
//   x = c + noise z,  c = (cos a, sin a) or (1 - cos a, 1/2 - sin a), each half of the time,  a ~ U(0, pi), z ~ N(0, I_2)
//
// Source   sklearn.datasets.make_moons, noise its standard deviation
// Oracle   moments in closed form, with 1 / pi; the half circles' own equations; scipy's integral for the density
// Peers    sklearn.datasets.make_moons; torchcfm runner data_distrib("moon") (noise 0.1, then scaled by its own sample); ffjord toy_data
//          "moons" (noise 0.1, then 2 x + (-1, -0.2)); torchebm TwoMoonsDataset (noise 0.05). The moons of torchcfm's sample_moons and of
//          torchdyn are another law, with a uniform shift along the diagonal for a noise: source/mixture, set: two_moons.
//          Peers take angles on an even grid; here they are drawn, because the items of a source are independent.
// Shapes   items {2}
// Limits   a log density where noise is 1e-4 of a moon's length, pi, or more
#include <numbers>
#include <optional>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

#include "blurred_curve.hpp"

namespace {

using std::numbers::pi;
using weir::Tensor;

Tensor outer(const Tensor& a) { return at::stack({a.cos(), a.sin()}, 1); }
Tensor inner(const Tensor& a) { return at::stack({1 - a.cos(), 0.5 - a.sin()}, 1); }

class Moons final : public weir::Source {
  weir::Param<double> noise_{this, "noise", 0.1, weir::at_least(0),
                             "standard deviation of the normal noise of each coordinate"};
  weir::Param<bool> labelled_{this, "labelled", false,
                              "whether a point's moon is its class: 0 the upper one"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this]() -> std::optional<weir::LogDensity> {
        if (!law_.has_density()) return std::nullopt;
        return weir::LogDensity{[this](const Tensor& x) { return law_.log_density(x); }};
      }};
  weir::Facet<weir::Moments> moments_{
      this, [this] {
        const weir::Moments of = law_.moments();
        return weir::Moments{of.mean.to(options()), of.covariance.to(options())};
      }};

 public:
  void plan(weir::Plan&) override {
    const auto moon = [&](const bool upper) {
      return weir::BlurredCurve(
          0, pi, 1, [&](const Tensor& a) { return upper ? outer(a) : inner(a); },
          [](const Tensor& a) { return at::ones_like(a); }, {0, 0}, noise_());
    };
    law_ = moon(true);
    law_ += moon(false);
  }

  weir::Shape shape() const override { return {2}; }
  std::optional<std::int64_t> classes() const override {
    return labelled_() ? std::optional<std::int64_t>(2) : std::nullopt;
  }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor a = pi * rng.uniform({n}), which = rng.integers(2, {n});
    const Tensor c = at::where((which == 0).unsqueeze(1), outer(a), inner(a));
    return {c + noise_() * rng.normal({n, 2}), labelled_() ? which : Tensor()};
  }

 private:
  weir::BlurredCurve law_;
};

}  // namespace

WEIR_PLUGIN(Moons, "Two interleaved half circles with normal noise")
