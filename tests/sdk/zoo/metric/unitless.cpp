// tests/sdk/zoo/metric/unitless.cpp -- has an output without a unit.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Unitless final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::ones({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Unitless, "An animal without measure")
