// tests/sdk/zoo/metric/forgetful.cpp -- plans an output and never sets it.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Forgetful final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {}
};

}  // namespace

WEIR_PLUGIN(Forgetful, "An animal that forgets")
