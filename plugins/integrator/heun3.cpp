// plugins/integrator/heun3.cpp -- Heun's method of third order.
//
//   k1 = v(x, t)        k2 = v(x + h/3 k1, t + h/3)        k3 = v(x + 2/3 h k2, t + 2/3 h)        x += h/4 (k1 + 3 k3)
//
// Source   Heun, Z. Math. Phys. 45 (1900) 23-38; Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
// Oracle   measured order on a field that depends on t; a step's numbers of torchdiffeq 0.2.5
// Peers    torchdiffeq heun3; flow_matching ODESolver(method="heun3")
// Shapes   x [N, item...]
// Limits   order 3, three evaluations a step; the field is never asked at t = 1.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Heun3 final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    const Tensor k2 = v(x + h / 3 * k1, t + h / 3);
    const Tensor k3 = v(x + 2 * h / 3 * k2, t + 2 * h / 3);
    return x + h / 4 * (k1 + 3 * k3);
  }
  int evaluations() const override { return 3; }
  int order() const override { return 3; }
};

}  // namespace

WEIR_PLUGIN(Heun3, "Heun's method of order 3")
