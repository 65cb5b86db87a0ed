// tests/sdk/zoo/metric/roaming.cpp -- draws from the global generator.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Roaming final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::randn({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Roaming, "An animal from anywhere")
