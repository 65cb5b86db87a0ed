// tests/sdk/zoo/integrator/zigzag.cpp -- every other step takes its increment the other way round: the same law, another path.
#include <cmath>

#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Zigzag final : public weir::Stochastic {
 public:
  Tensor step(const Equation& equation, const Tensor& x, double t, double h,
              const Tensor& dw) const override {
    const double side = std::lround(std::abs(t / h)) % 2 == 0 ? 1 : -1;
    return x + h * equation.drift(x, t) + side * equation.diffusion(t) * dw;
  }
  int evaluations() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Zigzag, "An animal that goes left, then right")
