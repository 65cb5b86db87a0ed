// plugins/integrator/rk4.cpp -- the classical Runge-Kutta method.
//
//    0  |
//   1/2 | 1/2
//   1/2 |  0   1/2
//    1  |  0    0    1
//   ----+--------------------
//       | 1/6  1/3  1/3  1/6
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
// Oracle   order 4, measured against a closed form of a field that depends on t, forward and backward.
// Peers    torchdyn rk4 (asks stages 2 to 4 at 0, 1/2, 1/2: order 1 where the field depends on t); torchdiffeq's rk4 is another method,
//          the 3/8 rule
// Shapes   x [N, item...]
// Limits   order 4, also for fields that depend on t: the nodes are 0, 1/2, 1/2, 1.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rk4 final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    const Tensor k2 = v(x + h / 2 * k1, t + h / 2);
    const Tensor k3 = v(x + h / 2 * k2, t + h / 2);
    const Tensor k4 = v(x + h * k3, t + h);
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  int evaluations() const override { return 4; }
  int order() const override { return 4; }
};

}  // namespace

WEIR_PLUGIN(Rk4, "Classical Runge-Kutta steps, order 4")
