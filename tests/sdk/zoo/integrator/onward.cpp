// tests/sdk/zoo/integrator/onward.cpp -- goes with its field on the way back, too.
#include <cmath>

#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Onward final : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    return x + std::abs(h) * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Onward, "An animal that does not find home")
