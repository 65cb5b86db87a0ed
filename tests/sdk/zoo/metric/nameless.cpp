// tests/sdk/zoo/metric/nameless.cpp -- has a parameter without a description.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Nameless final : public weir::Metric {
  weir::Param<double> weight_{this, "weight", 2.0, ""};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::ones({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Nameless, "An animal that says little")
