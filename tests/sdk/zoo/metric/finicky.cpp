// tests/sdk/zoo/metric/finicky.cpp -- refuses its own default.
#include <string>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Finicky final : public weir::Metric {
  weir::Param<std::int64_t> legs_{this, "legs", 3, weir::between(1, 8), "how many legs it has"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan& plan) override {
    if (legs_() % 2 != 0)
      plan.fault("legs", "legs is " + std::to_string(legs_()) +
                             ", and an animal of its kind has an even number of them");
    size_.plan({}, {});
  }
  void run(weir::Run&) override { size_.set(at::ones({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Finicky, "An animal that does not like itself")
