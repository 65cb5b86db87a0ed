// tests/sdk/zoo/field/fraying.cpp -- a velocity with a limit at t = 0 that it does not know.
#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

class Fraying final : public weir::Field {
 public:
  weir::Tensor velocity(const weir::Params&, const weir::Tensor& x, const weir::Tensor& t,
                        const weir::Context&) const override {
    return x * weir::expand_as_items(at::sin(t) / t, x);
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
};

}  // namespace

WEIR_PLUGIN(Fraying, "An animal that comes apart at its ends")
