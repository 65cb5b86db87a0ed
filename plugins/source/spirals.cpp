// plugins/source/spirals.cpp -- arms of a spiral of Archimedes, turned about its centre.
//
//   y = n (-cos n, sin n) + shift u        n = sqrt(v) pi angle / 180;  v ~ U(0, 1), u ~ U(0, 1)^2: a square to one side, not around it
//   x = scale R_j y + noise z              R_j the turn by 2 pi j / arms, j each as often as any;  z ~ N(0, I_2)
//
// The root makes the points denser the farther out they are: n has the density 2 n / n_max^2.
//
// Source   the two spirals of Lang and Witbrock, 1988, as Grathwohl et al., arXiv 1810.01367, draw them (ffjord), whose numbers are the defaults
// Oracle   the spiral's own equation and the law of n (Kolmogorov-Smirnov); moments from antiderivatives; scipy's integral for the density;
//          ffjord's own sample
// Peers    ffjord toy_data "2spirals": the defaults; torchdyn generate_spirals(noise): angle 780, shift noise, scale 1, noise 0.
//          The PinwheelDataset of torchebm is like it, with an angle that is blurred as well, and is not here.
// Shapes   items {2}
// Limits   a log density with shift 0 alone, where noise is 1e-4 of an arm's length or more
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

#include "blurred_curve.hpp"

namespace {

using std::numbers::pi;
using weir::Tensor;

class Spirals final : public weir::Source {
  weir::Param<std::int64_t> arms_{this, "arms", 2, weir::between(1, 100), "number of arms"};
  weir::Param<double> angle_{this, "angle", 540.0, weir::between(1, 36000).in("degree"),
                             "through which an arm turns"};
  weir::Param<double> shift_{this, "shift", 0.5, weir::at_least(0),
                             "side of the square that a point is moved within, before it is scaled"};
  weir::Param<double> scale_{this, "scale", 1.0 / 3, weir::positive, "factor of the arms"};
  weir::Param<double> noise_{this, "noise", 0.1, weir::at_least(0),
                             "standard deviation of the normal noise of each coordinate, after the scaling"};
  weir::Param<bool> labelled_{this, "labelled", false, "whether a point's arm is its class"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this]() -> std::optional<weir::LogDensity> {
        if (shift_() > 0 || !arm_.has_density()) return std::nullopt;
        return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }};
      }};
  weir::Facet<weir::Moments> moments_{this, [this] { return moments(); }};

  double longest() const { return angle_() * pi / 180; }
  static Tensor curve(const Tensor& n) { return n.unsqueeze(1) * at::stack({-n.cos(), n.sin()}, 1); }
  // x R^T, each point turned by its angle.
  static Tensor turned(const Tensor& x, const Tensor& angle) {
    const Tensor c = angle.cos(), s = angle.sin(), a = x.select(1, 0), b = x.select(1, 1);
    return at::stack({c * a - s * b, s * a + c * b}, 1);
  }

 public:
  void plan(weir::Plan&) override {
    const double side = scale_() * shift_();
    arm_ = weir::BlurredCurve(
        0, longest(), scale_() * std::hypot(1, longest()),
        [&](const Tensor& n) { return scale_() * curve(n); }, [](const Tensor& n) { return n; }, {side, side},
        noise_());
  }

  weir::Shape shape() const override { return {2}; }
  std::optional<std::int64_t> classes() const override {
    return labelled_() ? std::optional<std::int64_t>(arms_()) : std::nullopt;
  }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor along = longest() * rng.uniform({n}).sqrt(), arm = rng.integers(arms_(), {n});
    const Tensor y = curve(along) + shift_() * rng.uniform({n, 2});
    const Tensor x = scale_() * turned(y, arm.to(y.options()) * (2 * pi / double(arms_())));
    return {x + noise_() * rng.normal({n, 2}), labelled_() ? arm : Tensor()};
  }

 private:
  // Of each arm, which is the first one's at the point turned back.
  Tensor log_density(const Tensor& x) const {
    std::vector<Tensor> each;
    for (std::int64_t j = 0; j < arms_(); ++j)
      each.push_back(arm_.log_density(
          turned(x, at::full({x.size(0)}, -2 * pi * double(j) / double(arms_()), x.options()))));
    return at::logsumexp(at::stack(each), {0}) - std::log(double(arms_()));
  }

  weir::Moments moments() const {
    const weir::Moments one = arm_.moments();
    const Tensor second = one.covariance + at::outer(one.mean, one.mean);
    Tensor mean = at::zeros_like(one.mean), square = at::zeros_like(second);
    for (std::int64_t j = 0; j < arms_(); ++j) {
      const double angle = 2 * pi * double(j) / double(arms_()), c = std::cos(angle), s = std::sin(angle);
      const Tensor turn = at::tensor({c, -s, s, c}, at::kDouble).view({2, 2});
      mean = mean + at::mv(turn, one.mean) / double(arms_());
      square = square + at::mm(at::mm(turn, second), turn.t()) / double(arms_());
    }
    return {mean.to(options()), (square - at::outer(mean, mean)).to(options())};
  }

  weir::BlurredCurve arm_;  // the first, scaled
};

}  // namespace

WEIR_PLUGIN(Spirals, "Arms of a spiral, with noise")
