// tests/sdk/zoo/probe/forgetting.cpp -- remembers, and does not save what it remembers.
#include <weir/kinds/learn/probe.hpp>
#include <weir/plugin.hpp>

namespace {

class Forgetting final : public weir::Probe {
  weir::Trace sum_{this, "sum", "1", "sum of the losses so far"};
  mutable double seen_ = 0;

 public:
  void plan_for(const weir::Training&, weir::Plan&) override { sum_.plan({}, {}); }
  void observe(const weir::TrainingStep& step) const override {
    seen_ += step.losses.mean().item<double>();
    sum_.append(step.step, seen_);
  }
};

}  // namespace

WEIR_PLUGIN(Forgetting, "An animal that forgets when it sleeps")
