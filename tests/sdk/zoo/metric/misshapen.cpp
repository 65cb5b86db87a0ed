// tests/sdk/zoo/metric/misshapen.cpp -- plans three numbers and sets four.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Misshapen final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({3}, {"limb"}); }
  void run(weir::Run&) override { size_.set(at::ones({4}, options())); }
};

}  // namespace

WEIR_PLUGIN(Misshapen, "An animal of another shape than it said")
