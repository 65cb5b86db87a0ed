// plugins/source/s_curve.cpp -- the S curve: a sheet along two three-quarter circles.
//
//   x = (sin t, 2 u, sign(t) (cos t - 1)) + noise z        t ~ U(-3 pi / 2, 3 pi / 2), u ~ U(0, 1), z ~ N(0, I_3)
//   plane: x = (sin t, sign(t) (cos t - 1)) + noise z
//
// The curve's speed is 1: it is uniform along its length, 3 pi.
//
// Source   sklearn.datasets.make_s_curve, noise its standard deviation; in the plane De Bortoli et al., arXiv 2106.01357, with noise 0.1
// Oracle   moments in closed form, with 4 / (3 pi) and -1 / (3 pi); the circles' own equation; scipy's integral for the density
// Peers    sklearn.datasets.make_s_curve; torchcfm runner data_distrib("scurve"), which is `plane` with noise 0.1, then shifted and
//          scaled by the mean and 7 over the standard deviation of all numbers of the one sample at hand, both axes together
// Shapes   items {3}; {2} with plane
// Limits   a log density where noise is 1e-4 of the length or more; a peer's scaling by a sample is no part of a law (source/scaled)
#include <cmath>
#include <numbers>

#include <weir/plugin.hpp>

#include "sheet.hpp"

namespace {

using weir::Tensor;

class SCurve final : public weir::Sheet {
  Course course() const override {
    return {.first = -1.5 * std::numbers::pi, .last = 1.5 * std::numbers::pi, .speed = 1, .width = 2};
  }
  Tensor curve(const Tensor& t) const override { return at::stack({t.sin(), t.sign() * (t.cos() - 1)}, 1); }
};

}  // namespace

WEIR_PLUGIN(SCurve, "The S curve, a bent sheet in three dimensions or a curve in the plane")
