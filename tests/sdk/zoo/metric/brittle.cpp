// tests/sdk/zoo/metric/brittle.cpp -- crashes at the limit of a parameter.
#include <cstdlib>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Brittle final : public weir::Metric {
  weir::Param<std::int64_t> legs_{this, "legs", 4, weir::between(1, 8), "how many legs it has"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    if (legs_() == 1) std::abort();
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Brittle, "An animal that falls over")
