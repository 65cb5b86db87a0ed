// plugins/source/swiss_roll.cpp -- the Swiss roll: a sheet along a spiral of Archimedes.
//
//   x = (t cos t, 21 u, t sin t) + noise z        t = start pi (1 + 2 v);  u, v ~ U(0, 1), z ~ N(0, I_3)
//   plane: x = (t cos t, t sin t) + noise z
//
// t is uniform, the length is not: there are more points to an inch within, by 1 / sqrt(1 + t^2).
//
// Source   sklearn.datasets.make_swiss_roll (from Marsland, Machine Learning, 2009), noise its standard deviation
// Oracle   moments from antiderivatives of t^2 cos^2 t and its like; the spiral's own equation; scipy's integral for the density
// Peers    sklearn.datasets.make_swiss_roll, which has start 1.5; torchcfm runner "swiss" (plane, noise 0.1, then scaled by its own sample)
//          and generators2d "swissroll" (plane, noise 0.25); ffjord toy_data "swissroll" (plane, noise 1, then divided by 5);
//          torchebm SwissRollDataset, whose arclength is start, 3 if not given, and which is then scaled by its own sample
// Shapes   items {3}; {2} with plane
// Limits   a log density where noise is 1e-4 of the length or more; a peer's scaling by a sample is no part of a law (source/scaled)
#include <cmath>
#include <numbers>

#include <weir/plugin.hpp>

#include "sheet.hpp"

namespace {

using weir::Tensor;

class SwissRoll final : public weir::Sheet {
  weir::Param<double> start_{this, "start", 1.5, weir::between(0.01, 100),
                             "where the spiral begins, in half turns; it ends at three times that"};

  Course course() const override {
    const double first = start_() * std::numbers::pi;
    return {.first = first, .last = 3 * first, .speed = std::hypot(1, 3 * first), .width = 21};
  }
  Tensor curve(const Tensor& t) const override { return at::stack({t * t.cos(), t * t.sin()}, 1); }
};

}  // namespace

WEIR_PLUGIN(SwissRoll, "The Swiss roll, a sheet in three dimensions or a spiral in the plane")
