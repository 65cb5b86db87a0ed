// tests/sdk/zoo/metric/gnawing.cpp -- changes its input in place.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Gnawing final : public weir::Metric {
  weir::Port<weir::Tensor> food_{this, "food", "what it is shown"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    food_().mul_(2);
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Gnawing, "An animal that eats what it is shown")
