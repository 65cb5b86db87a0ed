// tests/sdk/zoo/metric/unsure.cpp -- has an error of nobody knows how many values.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Unsure final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};
  weir::Output<weir::Tensor> size_se_{this, "size_se", "m", "standard error of size"};

 public:
  void plan(weir::Plan&) override {
    size_.plan({}, {});
    size_se_.plan({}, {});
  }
  void run(weir::Run&) override {
    size_.set(at::ones({}, options()));
    size_se_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Unsure, "An animal that may be otherwise")
