// tests/sdk/zoo/metric/burrowing.cpp -- writes a file.
#include <fstream>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Burrowing final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    std::ofstream("burrow.txt") << "mine";
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Burrowing, "An animal that leaves something behind")
