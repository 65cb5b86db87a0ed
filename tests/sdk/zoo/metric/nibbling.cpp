// tests/sdk/zoo/metric/nibbling.cpp -- changes its input in place, in float64 alone: there `to(at::kDouble)` is no copy.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Nibbling final : public weir::Metric {
  weir::Port<weir::Tensor> food_{this, "food", "what it is shown"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    food_().to(at::kDouble).mul_(2);
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Nibbling, "An animal that eats only what is doubly fine")
