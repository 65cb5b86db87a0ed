// plugins/integrator/stochastic_heun.cpp -- Heun's method for the stochastic flow with the same marginals.
//
//   Y = X_k + h b(X_k, t_k) + w(t_k) dW_k
//   X_(k+1) = X_k + h/2 (b(X_k, t_k) + b(Y, t_(k+1))) + (w(t_k) + w(t_(k+1))) / 2 dW_k        b, w of stochastic.hpp
//
// Source   Kloeden, Platen, Numerical Solution of Stochastic Differential Equations, section 15.1, for noise that does not depend on X.
// Oracle   mean and variance of a normal law at the end, for three diffusions and three noises, and backward; order 1 along one Brownian
//          path.
// Peers    torchsde heun; diffrax Heun; interflow heun (asks its first stage at t + h: order 1)
// Shapes   x, dW [N, item...]
// Limits   order 2 weakly where the noise is constant, two evaluations a step; those of stochastic.hpp.
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class StochasticHeun final : public weir::Stochastic {
 public:
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    const double w = equation.diffusion(t), w_next = equation.diffusion(t + h);
    const Tensor b = equation.drift(x, t);
    const Tensor b_next = equation.drift(x + h * b + w * dw, t + h);
    return x + h / 2 * (b + b_next) + (w + w_next) / 2 * dw;
  }
  int evaluations() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(StochasticHeun, "Heun steps of the stochastic flow with the same marginals")
