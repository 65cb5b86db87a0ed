// tests/sdk/zoo/noise/tireless.cpp -- says that its action is finite, and it is not.
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

class Tireless final : public weir::Noise {
 public:
  weir::Tensor gamma(const weir::Tensor& t) const override { return at::sqrt(t); }
  weir::Tensor dgamma(const weir::Tensor& t) const override { return 0.5 / at::sqrt(t); }
};

}  // namespace

WEIR_PLUGIN(Tireless, "An animal that never rests")
