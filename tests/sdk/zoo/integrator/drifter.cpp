// tests/sdk/zoo/integrator/drifter.cpp -- the stochastic midpoint method.
//
//   Y = X_k + h/2 b(X_k, t) + w(t)/2 dW        X_(k+1) = X_k + h b(Y, t + h/2) + w(t + h/2) dW
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Drifter final : public weir::Stochastic {
 public:
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    const Tensor y = x + h / 2 * equation.drift(x, t) + equation.diffusion(t) / 2 * dw;
    return x + h * equation.drift(y, t + h / 2) + equation.diffusion(t + h / 2) * dw;
  }
  int evaluations() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(Drifter, "An animal that the water carries")
