// tests/sdk/zoo/metric/leaving.cpp -- ends the program.
#include <cstdlib>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Leaving final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { std::exit(0); }
};

}  // namespace

WEIR_PLUGIN(Leaving, "An animal that leaves")
