// plugins/integrator/ancestral.cpp -- steps that go too far, and back by fresh noise to where they should end.
//
//   u = t + h + eta h (1 - t - h) / (1 - t)        x_u = x + (u - t) v(x, t)
//   x <- r x_u + sqrt(S(t + h) - r^2 S(u)) z        r = beta(t + h) / beta(u)        S = alpha^2 + gamma^2        z ~ N(0, I)
//
// On the straight path, with sigma = 1 - t: sigma_down = sigma_to (1 + (sigma_to / sigma_from - 1) eta) and so on, as peers write it. As
// h goes to 0 it is the equation of stochastic.hpp with c = eta / t: much noise early, and little late.
//
// Source   k-diffusion's ancestral Euler sampler (Karras et al., arXiv 2206.00364, discuss such churn) in its form for rectified flows;
//          ancestral sampling: Song et al., arXiv 2011.13456.
// Oracle   towards a single point it is exact at any size of steps: the law after each is that of the path, in closed form; Var = 1 between
//          two standard normal laws for any eta; Euler's own numbers at eta = 0
// Peers    stable-diffusion.cpp euler_a for flows; ComfyUI euler_ancestral (flow); lqiang67/rectified-flow overshooting is akin
// Shapes   x, z [N, item...]
// Limits   forward, start ~ N(0, I) independent of the data, the field of the minimiser, as in stochastic.hpp; order 1 weakly. The straight
//          extrapolation to u is Euler's on any path.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ancestral final : public weir::Driven {
  weir::Param<double> eta_{this, "eta", 1, weir::probability,
                           "share of the noise that a step draws anew; 0: Euler's steps"};

 public:
  void plan(weir::Plan& plan) override {
    if (until() < from())
      plan.fault("until",
                 fmt::format("ancestral steps lead from noise to data, and this way goes from {} to {}",
                             from(), until()),
                 "take integrator/euler_maruyama, which also goes back");
    Driven::plan(plan);
  }

  void run(weir::Run& run) override {
    if (eta_() > 0) warn_of_start(run);
    Integrator::run(run);
  }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double t = time(k), h = size(k);
      if (eta_() == 0) return x + h * v(x, t);
      const double beyond = t + h + eta_() * h * std::max(1 - t - h, 0.0) / (1 - t);
      const weir::PathAt there = weir::path_at(path_of_flow(), t + h),
                         past = weir::path_at(path_of_flow(), beyond);
      const double back = there.beta / past.beta, fresh = there.variance() - back * back * past.variance();
      if (!(fresh > -1e-12))
        throw std::runtime_error(
            fmt::format("on this path the noise of a step would have the variance {:.3g} at t = {:.6g}: its "
                        "signal does not grow from there to "
                        "{:.6g}; use eta: 0",
                        fresh, t + h, beyond));
      return back * (x + (beyond - t) * v(x, t)) +
             std::sqrt(std::max(fresh, 0.0) / h) * increment(rows, k, h);
    };
    return walk(rows.x, saved, /*evaluations=*/1, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(Ancestral, "Ancestral Euler steps: too far, and back by fresh noise")
