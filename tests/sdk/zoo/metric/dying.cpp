// tests/sdk/zoo/metric/dying.cpp -- ends by a signal.
#include <cstdlib>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Dying final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { std::abort(); }
};

}  // namespace

WEIR_PLUGIN(Dying, "An animal that dies")
