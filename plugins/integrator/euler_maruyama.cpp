// plugins/integrator/euler_maruyama.cpp -- the Euler-Maruyama method for the stochastic flow with the same marginals.
//
//   X_(k+1) = X_k + h b(X_k, t_k) + w(t_k) dW_k        dW_k ~ N(0, h)        b, w of stochastic.hpp
//
// Source   Kloeden, Platen, Numerical Solution of Stochastic Differential Equations, section 10.2.
// Oracle   mean and variance of a normal law at the end, for three diffusions and three noises, and backward; order 1 along one Brownian
//          path; without diffusion the flow of integrator/euler.
// Peers    torchsde euler; torchdyn EulerMaruyama; diffrax Euler; rectified-flow SDESampler; interflow and torchebm have it too
// Shapes   x, dW [N, item...]
// Limits   order 1 weakly, and strongly too, as the noise does not depend on X; those of stochastic.hpp.
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class EulerMaruyama final : public weir::Stochastic {
 public:
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    return x + h * equation.drift(x, t) + equation.diffusion(t) * dw;
  }
  int evaluations() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(EulerMaruyama, "Euler-Maruyama steps of the stochastic flow with the same marginals")
