// tests/sdk/zoo/integrator/reeling.cpp -- takes each increment of its Brownian path for twice as large.
#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Reeling final : public weir::Stochastic {
 public:
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    return x + h * equation.drift(x, t) + 2 * equation.diffusion(t) * dw;
  }
  int evaluations() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Reeling, "An animal that needs the whole path")
