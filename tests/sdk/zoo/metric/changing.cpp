// tests/sdk/zoo/metric/changing.cpp -- remembers how often it was run.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Changing final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    static int times = 0;
    size_.set(at::full({}, ++times, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Changing, "An animal that is never the same")
