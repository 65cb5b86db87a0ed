// tests/sdk/zoo/metric/single.cpp -- knows float32 alone.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Single final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    if (options().dtype() != at::kFloat) throw std::runtime_error("expected Float");
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Single, "An animal of one precision")
