// tests/sdk/zoo/metric/sleeping.cpp -- never ends.
#include <unistd.h>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Sleeping final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    for (;;) pause();
  }
};

}  // namespace

WEIR_PLUGIN(Sleeping, "An animal that sleeps")
