// plugins/integrator/rk4_38.cpp -- Kutta's 3/8 rule, of fourth order.
//
//    0  |
//   1/3 |  1/3
//   2/3 | -1/3   1
//    1  |   1   -1    1
//   ----+--------------------
//       |  1/8  3/8  3/8  1/8
//
// Source   Kutta, Z. Math. Phys. 46 (1901) 435-453; Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
// Oracle   measured order on a field that depends on t; a step's numbers of torchdiffeq 0.2.5, whose `rk4` this is
// Peers    torchdiffeq rk4; torchdyn none: its rk4 is the classical rule with wrong nodes, of first order where the field depends on t
// Shapes   x [N, item...]
// Limits   order 4, four evaluations a step, the last at its end; its error is somewhat smaller than that of integrator/rk4.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rk438 final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    const Tensor k2 = v(x + h / 3 * k1, t + h / 3);
    const Tensor k3 = v(x + h * (k2 - k1 / 3), t + 2 * h / 3);
    const Tensor k4 = v(x + h * (k1 - k2 + k3), t + h);
    return x + h / 8 * (k1 + 3 * k2 + 3 * k3 + k4);
  }
  int evaluations() const override { return 4; }
  int order() const override { return 4; }
};

}  // namespace

WEIR_PLUGIN(Rk438, "Kutta's 3/8 rule, order 4")
