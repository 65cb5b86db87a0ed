// plugins/integrator/midpoint.cpp -- the explicit midpoint method.
//
//   k1 = v(x, t)        k2 = v(x + h/2 k1, t + h/2)        x += h k2
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
// Oracle   order 2, measured against a closed form, forward and backward.
// Peers    torchdiffeq midpoint; torchdyn midpoint; diffrax Midpoint; flow_matching ODESolver.sample(method="midpoint")
// Shapes   x [N, item...]
// Limits   order 2, two evaluations a step; the field is never asked at t = 1.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Midpoint final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    return x + h * v(x + h / 2 * k1, t + h / 2);
  }
  int evaluations() const override { return 2; }
  int order() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(Midpoint, "Explicit midpoint method, order 2")
