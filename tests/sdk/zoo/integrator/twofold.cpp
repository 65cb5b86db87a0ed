// tests/sdk/zoo/integrator/twofold.cpp -- hides a port of its base class behind one of the same name.
#include <weir/kinds/flow/one_step.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Twofold final : public weir::OneStep {
  weir::Port<weir::Field> field_{this, "field", "the field that every integrator has already"};

 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    return x + h * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Twofold, "An animal with two heads")
