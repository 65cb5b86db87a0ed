// tests/sdk/zoo/integrator/huddling.cpp -- the midpoint method, but each row goes a little as the others do.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Huddling final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    const Tensor own = v(x + h / 2 * v(x, t), t + h / 2);
    return x + h * (own + 1e-3 * (own.mean(0, /*keepdim=*/true) - own));
  }
  int evaluations() const override { return 2; }
  int order() const override { return 2; }
};

}  // namespace

WEIR_PLUGIN(Huddling, "Animals that keep together")
