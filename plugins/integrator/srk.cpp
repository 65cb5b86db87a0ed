// plugins/integrator/srk.cpp -- Roessler's method SRA1 for the stochastic flow with the same marginals, of strong order 1.5.
//
//   Y = X + 3/4 h b(X, t) + 3/2 w(t + h) M        M = 1/h int_t^(t+h) (W_s - W_t) ds
//   X <- X + h/3 (b(X, t) + 2 b(Y, t + 3/4 h)) + w(t + h) (dW - M) + w(t) M        b, w of stochastic.hpp
//
// The noise does not depend on X, so that dW and the mean M of the Brownian path over a step are all that order 1.5 takes. Given dW alone,
// M ~ N(dW / 2, |h| / 12).
//
// Source   Roessler, SIAM J. Numer. Anal. 48 (2010) 922-952: SRA1.
// Oracle   measured order along one Brownian path; marginals of normal laws; Var = 1 between two standard normal laws
// Peers    diffrax SRA1 (ShARK is another of this order); torchsde srk, of diagonal noise; DifferentialEquations.jl SRA1
// Shapes   x, dW, M [N, item...]
// Limits   those of stochastic.hpp, two evaluations a step. The order is 2 where v is linear in x. w falls as a square root where the path
//          ends, at t = 1 on the straight path: a way that ends there has strong order 1, and errors as small up to the last steps. Strong
//          noise makes the drift stiff: in few steps Euler-Maruyama's, twice as many, are then nearer.
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Srk final : public weir::Stochastic {
 public:
  // Of a step of which dw alone is known: the mean is what is to be expected of it.
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    return advanced(equation, x, t, h, {dw, dw / 2});
  }
  int evaluations() const override { return 2; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    const Equation equation = this->equation(v);
    const auto next = [&](const Tensor& x, std::int64_t k) {
      return advanced(equation, x, time(k), size(k), motion(rows, k, size(k)));
    };
    return walk(rows.x, saved, evaluations(), next, watch);
  }

 private:
  static Tensor advanced(const Equation& equation, const Tensor& x, double t, double h, const Motion& along) {
    const double w = equation.diffusion(t), w_next = equation.diffusion(t + h);
    const Tensor b = equation.drift(x, t);
    const Tensor b_between = equation.drift(x + 3 * h / 4 * b + 1.5 * w_next * along.mean, t + 3 * h / 4);
    return x + h / 3 * (b + 2 * b_between) + w_next * (along.dw - along.mean) + w * along.mean;
  }
};

}  // namespace

WEIR_PLUGIN(Srk, "Roessler's SRA1 steps of the stochastic flow with the same marginals, strong order 1.5")
