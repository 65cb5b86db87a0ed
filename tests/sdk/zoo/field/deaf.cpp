// tests/sdk/zoo/field/deaf.cpp -- takes any context, and does not listen.
#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Deaf final : public weir::Field {
 public:
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor&, const weir::Context&) const override {
    return -x;
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
  void plan_for(const weir::Domain&, weir::Plan&) const override {}
};

}  // namespace

WEIR_PLUGIN(Deaf, "An animal that does not hear its name")
