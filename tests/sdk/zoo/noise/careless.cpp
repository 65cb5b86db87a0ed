// tests/sdk/zoo/noise/careless.cpp -- a derivative without a factor that is 1 at the default.
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

class Careless final : public weir::Noise {
  weir::Param<double> power_{this, "power", 1.0, weir::at_least(1), "power of t"};

 public:
  weir::Tensor gamma(const weir::Tensor& t) const override { return t.pow(power_()); }
  weir::Tensor dgamma(const weir::Tensor& t) const override { return t.pow(power_() - 1); }
};

}  // namespace

WEIR_PLUGIN(Careless, "An animal that loses a factor")
