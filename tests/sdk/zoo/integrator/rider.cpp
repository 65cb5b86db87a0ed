// tests/sdk/zoo/integrator/rider.cpp -- Euler's method with the clock of a path, which has a port of its own and a default.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::OneStep {
  weir::Port<weir::TwoPoint> clock_{this, "clock", weir::by_default("linear").needing<weir::Coefficients>(),
                                    "a path from 0 to 1 that runs at the speed of t"};

 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor speed = clock_->dbeta(at::full({1}, t, x.options()));
    return x + h * speed.item<double>() * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides by the clock of a path")
