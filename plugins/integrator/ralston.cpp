// plugins/integrator/ralston.cpp -- Ralston's method, of second order with the least bound of the local error.
//
//   k1 = v(x, t)        k2 = v(x + 2/3 h k1, t + 2/3 h)        x += h/4 (k1 + 3 k2)
//
// Source   Ralston, Math. Comp. 16 (1962) 431-437: of the methods of two stages and order 2.
// Oracle   measured order on a field that depends on t; where that is a quadrature, of t^2: exact, as of no other rule of this family
// Peers    diffrax Ralston; torchdyn none
// Shapes   x [N, item...]
// Limits   order 2, two evaluations a step; the field is never asked at t = 1.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ralston final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor k1 = v(x, t);
    const Tensor k2 = v(x + 2 * h / 3 * k1, t + 2 * h / 3);
    return x + h / 4 * (k1 + 3 * k2);
  }
  int evaluations() const override { return 2; }
  int order() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(Ralston, "Ralston's method, order 2 with the least error bound")
