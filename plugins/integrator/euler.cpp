// plugins/integrator/euler.cpp -- the explicit Euler method.
//
//   x_{k+1} = x_k + h v(x_k, t_k)
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section I.7.
// Oracle   order 1, measured against a closed form, forward and backward; a grid of three steps by hand.
// Peers    torchdiffeq euler; torchdyn euler; diffrax Euler; flow_matching ODESolver.sample(method="euler"); rectified-flow euler; torchebm
//          euler; stable-diffusion.cpp euler
// Shapes   x [N, item...]
// Limits   order 1. A memorised crossing of lines at t = 1/2 comes back only when no grid point sits on it: odd step counts.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Euler final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    return x + h * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Euler, "Explicit Euler steps, order 1")
