// tests/sdk/zoo/metric/herding.cpp -- depends on the number of threads.
#include <ATen/Parallel.h>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Herding final : public weir::Metric {
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::full({}, at::get_num_threads(), options())); }
};

}  // namespace

WEIR_PLUGIN(Herding, "An animal that is many")
