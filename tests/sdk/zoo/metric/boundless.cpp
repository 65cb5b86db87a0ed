// tests/sdk/zoo/metric/boundless.cpp -- has a default outside its limits.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Boundless final : public weir::Metric {
  weir::Param<double> weight_{this, "weight", 2.0, weir::probability, "how heavy it is"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::ones({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Boundless, "An animal beyond all limits")
