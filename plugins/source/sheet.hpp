// plugins/source/sheet.hpp -- a strip of paper rolled along a curve of the plane: the sets of sklearn that are such.
//
//   x = (c_1(t), width u, c_2(t)) + noise z        t uniform on an interval, u ~ U(0, 1), z ~ N(0, I_3)
//   plane: x = (c_1(t), c_2(t)) + noise z          what is left of it without its width
#pragma once

#include <optional>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/flow/source.hpp>

#include "blurred_curve.hpp"

namespace weir {

class Sheet : public Source {
  Param<double> noise_{this, "noise", 0.0, at_least(0),
                       "standard deviation of the normal noise of each coordinate"};
  Param<bool> plane_{this, "plane", false,
                     "whether the width is left out: the curve itself, in two coordinates"};
  Facet<LogDensity> log_density_{this, [this]() -> std::optional<LogDensity> {
                                   if (!law_.has_density()) return std::nullopt;
                                   return LogDensity{[this](const Tensor& x) { return law_.log_density(x); }};
                                 }};
  Facet<Moments> moments_{this, [this] {
                            const Moments of = law_.moments();
                            return Moments{of.mean.to(options()), of.covariance.to(options())};
                          }};

 protected:
  struct Course {
    double first, last;  // of t
    double speed;        // the most that |c'| is
    double width;
  };
  virtual Course course() const = 0;
  virtual Tensor curve(const Tensor& t) const = 0;  // c [n, 2] of t [n]

 public:
  void plan(Plan&) override {
    const auto [first, last, speed, width] = course();
    law_ = BlurredCurve(
        first, last, speed, [&](const Tensor& t) { return placed(curve(t), at::zeros_like(t)); },
        [](const Tensor& t) { return at::ones_like(t); },
        plane_() ? std::vector<double>{0, 0} : std::vector<double>{0, width, 0}, noise_());
  }

  Shape shape() const override { return {plane_() ? 2 : 3}; }

  Tensor sample(std::int64_t n, Rng& rng) const override {
    const auto [first, last, speed, width] = course();
    const Tensor t = first + (last - first) * rng.uniform({n}), across = width * rng.uniform({n});
    const Tensor x = placed(curve(t), across);
    return noise_() == 0 ? x : x + noise_() * rng.normal(x.sizes());
  }

 private:
  Tensor placed(const Tensor& c, const Tensor& across) const {
    return plane_() ? c : at::stack({c.select(1, 0), across, c.select(1, 1)}, 1);
  }

  BlurredCurve law_;
};

}  // namespace weir
