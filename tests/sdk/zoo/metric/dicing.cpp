// tests/sdk/zoo/metric/dicing.cpp -- draws from the C library.
#include <cstdlib>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Dicing final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::full({}, std::rand(), options())); }
};

}  // namespace

WEIR_PLUGIN(Dicing, "An animal that throws dice")
