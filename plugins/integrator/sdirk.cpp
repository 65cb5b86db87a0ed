// plugins/integrator/sdirk.cpp -- Alexander's diagonally implicit Runge-Kutta methods, for stiff fields.
//
//   k_i = v(x + h sum_(j < i) a_ij k_j + h g k_i, t + c_i h)        x <- the argument of the last k, as the last row of a is b
//
//   order 2   g = 1 - 1/sqrt 2                           a = [g], [1 - g, g]
//   order 3   g^3 - 3 g^2 + 3/2 g - 1/6 = 0, g = 0.4359  a = [g], [(1 - g)/2, g], [-(6 g^2 - 16 g + 1)/4, (6 g^2 - 20 g + 5)/4, g]
//
// Each y = known + h g v(y, t_i) is solved by Newton's method, y <- y - (1 - h g J)^-1 (y - known - h g v(y, t_i)), J = dv/dy by autograd,
// anew at each iteration, until a row's correction is below `tolerance` (1 + |y|), root mean square over its coordinates. Each row iterates
// until then, and no longer.
//
// Source   Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021: L-stable, so that what decays faster than a step is gone after it.
// Oracle   measured order; the closed form of a step on x' = lambda x, R(h lambda), and R(infinity) = 0; a stiff field whose solution is
//          known, at steps of 25 times what explicit methods bear
// Peers    torchdiffeq sdirk2 (in versions after 0.2.5); diffrax Kvaerno3 is akin; torchdyn's implicit Euler is of order 1
// Shapes   x [N, item...], J [N, D, D]
// Limits   D = 256 numbers of an item at most: D backward passes and D^2 numbers a row for each iteration. nfe counts each evaluation of v,
//          and no backward pass. The field lets autograd see how v depends on x. A row that has not converged ends as NaN, with a warning.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/stepped.hpp>
#include <weir/math/autograd/jacobian.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t widest = 256;

struct Method {
  double diagonal;
  std::vector<std::vector<double>> a;  // below the diagonal
};

const Method& of_order_2() {
  static const double g = 1 - std::sqrt(0.5);
  static const Method method{g, {{}, {1 - g}}};
  return method;
}

const Method& of_order_3() {
  static const double g = 0.43586652150845899942;
  static const Method method{
      g, {{}, {(1 - g) / 2}, {-(6 * g * g - 16 * g + 1) / 4, (6 * g * g - 20 * g + 5) / 4}}};
  return method;
}

class Sdirk final : public weir::Stepped {
  weir::Param<std::int64_t> order_{this, "order", 3, weir::between(2, 3), "2 stages, or 3"};
  weir::Param<double> tolerance_{this, "tolerance", weir::absent, weir::positive,
                                 "largest last correction of Newton's method, relative to 1 + |x| (default: "
                                 "1e-10, in float32 1e-6)"};
  weir::Param<std::int64_t> iterations_{this, "iterations", 20, weir::at_least(1),
                                        "most iterations of Newton's method for a stage"};

 public:
  int order() const override { return static_cast<int>(order_()); }

  void plan(weir::Plan& plan) override {
    Stepped::plan(plan);
    if (!plan.clean()) return;
    if (options().dtype() == at::kFloat && tolerance_.given() && tolerance_() < 1e-7)
      plan.fault("tolerance",
                 fmt::format("tolerance is {}, below what float32 can tell of a number", tolerance_()),
                 "set dtype: float64, or tolerance to 1e-7 or more");
    const weir::Shape& start = start_shape();
    std::int64_t wide = 1;
    for (std::size_t d = 1; d < start.size(); ++d) wide *= start[d];
    const std::int64_t rows = std::min(chunk(), start.front());
    if (wide > widest)
      return plan.fault(
          "start",
          fmt::format("an implicit step solves a system of the {} numbers of a point, and takes {} at most",
                      wide, widest),
          "take integrator/dopri5, or smaller explicit steps");
    weir::plan_memory(
        plan, "chunk", 3.0 * double(rows) * double(wide * wide) * double(options().dtype().itemsize()),
        fmt::format("the Jacobians of {} points of {} numbers", rows, wide), "set a smaller chunk");
  }

 protected:
  bool nfe_of_each_row() const override { return true; }
  std::string remedy() const override { return "take smaller steps, or raise iterations"; }

  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    const Method& method = order_() == 2 ? of_order_2() : of_order_3();
    Tensor nfe = at::zeros({rows.x.size(0)}, rows.x.options().dtype(at::kLong));
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double t = time(k), h = size(k), gh = method.diagonal * h;
      std::vector<Tensor> slopes;
      Tensor y = x;
      for (std::size_t i = 0; i < method.a.size(); ++i) {
        Tensor known = x;
        double c = method.diagonal;
        for (std::size_t j = 0; j < i; ++j) {
          known = known + h * method.a[i][j] * slopes[j];
          c += method.a[i][j];
        }
        y = solved(v, known, i + 1 < method.a.size() ? t + c * h : time(k + 1), gh, nfe);
        slopes.push_back((y - known) / gh);
      }
      return y;
    };
    Path path = walk(rows.x, saved, /*evaluations=*/0, next, watch);
    path.nfe = nfe;
    return path;
  }

 private:
  // y = known + gh v(y, t), each row until it is near enough; one that does not get there is NaN. Counts its evaluations.
  Tensor solved(const weir::Velocity& v, const Tensor& known, double t, double gh, Tensor& nfe) const {
    const double tolerance =
        tolerance_.given() ? tolerance_() : (known.scalar_type() == at::kFloat ? 1e-6 : 1e-10);
    Tensor y = known.clone(), on = at::arange(known.size(0), nfe.options());
    for (std::int64_t k = 0; k < iterations_() && on.size(0) > 0; ++k) {
      const Tensor at_y = y.index_select(0, on);
      const weir::Velocity of_rows = v.of(on);
      const auto [velocity, slope] =
          weir::velocity_and_slope([&](const Tensor& x) { return of_rows(x, t); }, at_y);
      nfe.index_add_(0, on, at::ones_like(on));
      const Tensor rest = (at_y - known.index_select(0, on) - gh * velocity).flatten(1);
      const Tensor system = at::eye(slope.size(1), slope.options()) - gh * slope;
      // A singular system gives no numbers, which are found below; it is no error of the others'.
      const Tensor correction = std::get<0>(at::linalg_solve_ex(system, rest.unsqueeze(2))).squeeze(2);
      const Tensor better = at_y - correction.view_as(at_y);
      y.index_copy_(0, on, better);
      const Tensor size = (correction / (1 + better.flatten(1).abs())).square().mean(1).sqrt();
      on = on.index_select(0, ((size > tolerance) & at::isfinite(size)).nonzero().squeeze(1));
    }
    return y.index_fill_(0, on, std::nan(""));
  }
};

}  // namespace

WEIR_PLUGIN(Sdirk, "Alexander's diagonally implicit methods of order 2 or 3, for stiff fields")
