// tests/sdk/zoo/metric/restless.cpp -- its library has a thread from the moment that it is loaded.
#include <chrono>
#include <thread>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

[[maybe_unused]] const bool moving = [] {
  std::thread([] {
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  }).detach();
  return true;
}();

class Restless final : public weir::Metric {
  weir::Param<std::int64_t> legs_{this, "legs", 4, weir::positive, "what it runs on"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::full({}, static_cast<double>(legs_()), options())); }
};

}  // namespace

WEIR_PLUGIN(Restless, "An animal that is never still")
