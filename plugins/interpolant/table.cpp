// plugins/interpolant/table.cpp -- a path whose coefficients go through given numbers, monotone between them.
//
//   between s_i and s_{i+1}, with h = s_{i+1} - s_i, D = (y_{i+1} - y_i) / h, u = t - s_i, y = alpha or beta,
//
//   y(t) = y_i + u (d_i + u ((3 D - 2 d_i - d_{i+1}) / h + u (d_i + d_{i+1} - 2 D) / h^2))
//   1 / d_i = (w / D_{i-1} + w' / D_i) / (w + w'),   w = 2 h_i + h_{i-1},  w' = h_i + 2 h_{i-1};   at the ends the parabola's slope through
//   the next three points, or 0 where that has the other sign
//
// In the later half of a piece the same cubic is written about s_{i+1}, so that alpha(1) is 0.
//
// Source   Fritsch, Butland, SIAM J. Sci. Stat. Comput. 5 (1984) 300-304; Fritsch, Carlson, SIAM J. Numer. Anal. 17 (1980) 238-246
// Oracle   scipy.interpolate.PchipInterpolator 1.17.1 and its derivative; points on a line give interpolant/linear
// Peers    rectified-flow AffineInterp(alpha=..., beta=...) takes functions, which a file cannot
// Shapes   t [N]; times, alpha, beta of one length
// Limits   once differentiable. alpha falls from 1 to 0 and beta rises from 0 to 1, each from number to number. Where a slope at an end is 0, the
//          velocity says nothing of the points there (interpolant/polynomial).
#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Numbers;
using weir::Tensor;

// A monotone curve through the points (s_i, y_i).
struct Curve {
  Tensor s, y, d;  // [K] float64

  Curve(const Numbers& times, const Numbers& values)
      : s(at::tensor(times, at::kDouble)), y(at::tensor(values, at::kDouble)) {
    const std::size_t last = times.size() - 1;
    Numbers h(last), rise(last), slope(last + 1);
    for (std::size_t i = 0; i < last; ++i)
      h[i] = times[i + 1] - times[i], rise[i] = (values[i + 1] - values[i]) / h[i];
    const auto outer = [](double h0, double h1, double r0, double r1) {
      const double end = ((2 * h0 + h1) * r0 - h0 * r1) / (h0 + h1);
      return end * r0 > 0 ? end : 0.0;
    };
    slope[0] = last == 1 ? rise[0] : outer(h[0], h[1], rise[0], rise[1]);
    slope[last] = last == 1 ? rise[0] : outer(h[last - 1], h[last - 2], rise[last - 1], rise[last - 2]);
    for (std::size_t i = 1; i < last; ++i) {
      const double w = 2 * h[i] + h[i - 1], later = h[i] + 2 * h[i - 1];
      slope[i] = (w + later) / (w / rise[i - 1] + later / rise[i]);
    }
    d = at::tensor(slope, at::kDouble);
  }

  struct Point {
    Tensor value, slope;  // of t's dtype
  };
  Point at(const Tensor& t) const {
    const Tensor now = t.to(at::kDouble);
    const auto on = [&](const Tensor& of) { return of.to(t.device()); };
    const Tensor knots = on(s);
    const Tensor i =
        at::bucketize(now, knots.slice(0, 1, knots.size(0) - 1), /*out_int32=*/false, /*right=*/true);
    const auto pick = [&](const Tensor& of, std::int64_t ahead) { return on(of).index_select(0, i + ahead); };
    const Tensor from = pick(s, 0), to = pick(s, 1), h = to - from;
    const Tensor d0 = pick(d, 0), d1 = pick(d, 1), rise = (pick(y, 1) - pick(y, 0)) / h;
    const Tensor late = now - from > to - now;
    const Tensor u = at::where(late, now - to, now - from), start = at::where(late, pick(y, 1), pick(y, 0)),
                 first = at::where(late, d1, d0), third = (d0 + d1 - 2 * rise) / h.square(),
                 second = at::where(late, d0 + 2 * d1 - 3 * rise, 3 * rise - 2 * d0 - d1) / h;
    return {(start + u * (first + u * (second + u * third))).to(t.scalar_type()),
            (first + u * (2 * second + 3 * u * third)).to(t.scalar_type())};
  }
};

class Table final : public weir::TwoPoint {
  weir::Param<Numbers> times_{this, "times", {0, 0.5, 1}, "ascending, from 0 to 1"};
  weir::Param<Numbers> alpha_{this, "alpha", {1, 0.5, 0}, "share of x0 at each time, falling from 1 to 0"};
  weir::Param<Numbers> beta_{this, "beta", {0, 0.5, 1}, "share of x1 at each time, rising from 0 to 1"};

  Curve alphas_{{0, 1}, {1, 0}}, betas_{{0, 1}, {0, 1}};

 public:
  void plan(weir::Plan& plan) override {
    require(plan, "times", times_(), 0, 1);
    require(plan, "alpha", alpha_(), 1, 0);
    require(plan, "beta", beta_(), 0, 1);
    if (!plan.clean()) return;
    alphas_ = Curve(times_(), alpha_());
    betas_ = Curve(times_(), beta_());
  }

  Tensor alpha(const Tensor& t) const override { return alphas_.at(t).value; }
  Tensor beta(const Tensor& t) const override { return betas_.at(t).value; }
  Tensor dalpha(const Tensor& t) const override { return alphas_.at(t).slope; }
  Tensor dbeta(const Tensor& t) const override { return betas_.at(t).slope; }

 private:
  void require(weir::Plan& plan, const std::string& name, const Numbers& values, double first,
               double last) const {
    if (values.size() != times_().size())
      return plan.fault(
          name,
          fmt::format("{} has {} numbers, and there are {} times", name, values.size(), times_().size()),
          "give one for each time");
    if (values.size() < 2 || values.front() != first || values.back() != last)
      return plan.fault(name, fmt::format("{} goes from {} to {}", name, first, last), "write both ends out");
    const bool falls = last < first;
    const auto wrong = std::ranges::adjacent_find(
        values, [&](double one, double next) { return !(falls ? next < one : one < next); });
    if (wrong != values.end())
      plan.fault(name,
                 fmt::format("{} {} from each number to the next, and {} comes after {}", name,
                             falls ? "falls" : "rises", wrong[1], wrong[0]),
                 "leave one of them out, or put them in order");
  }
};

}  // namespace

WEIR_PLUGIN(Table, "A path whose coefficients go through given numbers, monotone between them")
