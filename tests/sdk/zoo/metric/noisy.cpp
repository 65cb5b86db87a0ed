// tests/sdk/zoo/metric/noisy.cpp -- prints to standard output.
#include <cstdio>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Noisy final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override {
    std::puts("moo");
    size_.set(at::ones({}, options()));
  }
};

}  // namespace

WEIR_PLUGIN(Noisy, "An animal that cannot be quiet")
