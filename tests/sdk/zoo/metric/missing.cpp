// tests/sdk/zoo/metric/missing.cpp -- gives a number that is none.
#include <cmath>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Missing final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::full({}, NAN, options())); }
};

}  // namespace

WEIR_PLUGIN(Missing, "An animal that is not there")
