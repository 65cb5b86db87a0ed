// tests/sdk/zoo/metric/throwing.cpp -- throws what is no std::exception.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Throwing final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { throw 7; }
};

}  // namespace

WEIR_PLUGIN(Throwing, "An animal that throws things")
