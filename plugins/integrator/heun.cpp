// plugins/integrator/heun.cpp -- Heun's method, the explicit trapezoidal rule.
//
//   k1 = v(x, t)        k2 = v(x + h k1, t + h)        x += h/2 (k1 + k2)
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
// Oracle   order 2, measured against a closed form, forward and backward.
// Peers    torchdiffeq heun2; diffrax Heun; flow_matching ODESolver.sample(method="heun2"); stable-diffusion.cpp heun
// Shapes   x [N, item...]
// Limits   order 2, two evaluations a step.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Heun final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    const Tensor k2 = v(x + h * k1, t + h);
    return x + h / 2 * (k1 + k2);
  }
  int evaluations() const override { return 2; }
  int order() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(Heun, "Heun's method, order 2")
