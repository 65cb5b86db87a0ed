// tests/sdk/zoo/metric/stray.cpp -- a noise schedule in the folder of the metrics.
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

class Stray final : public weir::Noise {
 public:
  weir::Tensor gamma(const weir::Tensor& t) const override { return at::ones_like(t); }
  weir::Tensor dgamma(const weir::Tensor& t) const override { return at::zeros_like(t); }
};

}  // namespace

WEIR_PLUGIN(Stray, "An animal of another kind")
