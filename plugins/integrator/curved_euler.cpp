// plugins/integrator/curved_euler.cpp -- steps along the path between the two ends that the velocity predicts (DDIM's steps).
//
//   alpha x0 + beta x1 = x,   alpha' x0 + beta' x1 = v(x, t)     solved for the ends x0, x1 that are predicted
//   x <- alpha(t + h) x0 + beta(t + h) x1        alpha, beta those of the path
//
// On the straight path these are Euler's steps. On a curved one, of which the field was trained, a pair is followed without error at any
// size of steps, as it is by no method that knows the velocity alone.
//
// Source   Song, Meng, Ermon, arXiv 2010.02502, eq. (12) with sigma = 0, for any path; Liu, Gong, Liu, arXiv 2209.03003, section 2.3.
// Oracle   one step from noise to a single point is exact on a curved path; measured order; Euler's own numbers on the straight path
// Peers    lqiang67/rectified-flow curved_euler; diffusers DDIMScheduler(eta=0)
// Shapes   x, x0, x1 [N, item...]
// Limits   order 1. The path has no noise, which would be a third unknown. Where alpha beta' = alpha' beta, as at an end where both
//          derivatives are zero, the ends are not known: steps start elsewhere. The path is the one that `interpolant` says: where that is left
//          out, of a field that was trained on another path too, these are Euler's steps.
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/one_step.hpp>
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class CurvedEuler final : public weir::OneStep {
  weir::Port<weir::TwoPoint> interpolant_{this, "interpolant",
                                          weir::by_default("linear").needing<weir::Coefficients>(),
                                          "path that the field was trained on"};

 public:
  void plan(weir::Plan& plan) override {
    if (!interpolant_->noise().zero())
      plan.fault("interpolant", "a velocity does not tell both ends of a path that has noise of its own",
                 "take a path without noise, or integrator/euler");
    OneStep::plan(plan);
  }

  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const weir::PathAt here = weir::path_at(*interpolant_, t), there = weir::path_at(*interpolant_, t + h);
    const double known = here.alpha * here.dbeta - here.dalpha * here.beta;
    if (!(std::abs(known) > 1e-9))
      throw std::runtime_error(
          fmt::format("at t = {:.6g} place and velocity do not tell the two ends of this path: alpha beta' - "
                      "alpha' beta is {:.3g}; "
                      "start elsewhere, with `from` or `times`",
                      t, known));
    // Weights of x and v that take both ends to where they are at t + h.
    const double of_x = (there.alpha * here.dbeta - there.beta * here.dalpha) / known;
    const double of_v = (here.alpha * there.beta - here.beta * there.alpha) / known;
    return of_x * x + of_v * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(CurvedEuler, "Steps along the path between the ends that the velocity predicts, order 1")
