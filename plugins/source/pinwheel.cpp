// plugins/source/pinwheel.cpp -- normal blobs, stretched outwards and twisted: the arms of a pinwheel.
//
//   f = (1 + radial z_1, tangential z_2)                z ~ N(0, I_2)
//   x = scale R(-phi) f,  phi = 2 pi j / arms + rate exp(f_1)      R(-phi) the turn by -phi, clockwise; j each arm as often as any
//
//   E x = 0,  Cov x = scale^2 (1 + radial^2 + tangential^2) / 2 I        of three arms or more, by symmetry
//
// Source   Johnson et al., arXiv 1603.06277 (make_pinwheel of its code)
// Oracle   the arm's own equation, undone; the law of f (Kolmogorov-Smirnov); the angles of ffjord's own sample
// Peers    ffjord toy_data "pinwheel": the defaults; torchcfm runner data_distrib("pinwheel"): scale 7.5. The PinwheelDataset of
//          torchebm is another law, of spirals whose radius is uniform over the disc.
// Shapes   items {2}
// Limits   no log density: the twist folds the plane. Moments of three arms or more. radial up to 5, for which exp(f_1) stays within
//          float32.
#include <cmath>
#include <numbers>
#include <optional>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

class Pinwheel final : public weir::Source {
  weir::Param<std::int64_t> arms_{this, "arms", 5, weir::between(1, 1000), "number of arms"};
  weir::Param<double> radial_{this, "radial", 0.3, weir::between(0, 5), "standard deviation along an arm"};
  weir::Param<double> tangential_{this, "tangential", 0.1, weir::at_least(0),
                                  "standard deviation across an arm"};
  weir::Param<double> rate_{this, "rate", 0.25, weir::between(-100, 100),
                            "how much an arm is twisted; clockwise where it is positive"};
  weir::Param<double> scale_{this, "scale", 2.0, weir::positive, "factor of the whole"};
  weir::Param<bool> labelled_{this, "labelled", false, "whether a point's arm is its class"};
  weir::Facet<weir::Moments> moments_{
      this, [this]() -> std::optional<weir::Moments> {
        if (arms_() < 3) return std::nullopt;
        const double square = 1 + radial_() * radial_() + tangential_() * tangential_();
        return weir::Moments{at::zeros({2}, options()),
                             scale_() * scale_() * square / 2 * at::eye(2, options())};
      }};

 public:
  weir::Shape shape() const override { return {2}; }
  std::optional<std::int64_t> classes() const override {
    return labelled_() ? std::optional<std::int64_t>(arms_()) : std::nullopt;
  }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor arm = rng.integers(arms_(), {n}), z = rng.normal({n, 2});
    const Tensor along = 1 + radial_() * z.select(1, 0), across = tangential_() * z.select(1, 1);
    const Tensor phi = arm.to(z.options()) * (2 * pi / double(arms_())) + rate_() * along.exp();
    const Tensor c = phi.cos(), s = phi.sin();
    return {scale_() * at::stack({along * c + across * s, across * c - along * s}, 1),
            labelled_() ? arm : Tensor()};
  }
};

}  // namespace

WEIR_PLUGIN(Pinwheel, "Twisted arms of a pinwheel")
