// tests/sdk/zoo/probe/meddling.cpp -- changes what it observes.
#include <weir/kinds/learn/probe.hpp>
#include <weir/plugin.hpp>

namespace {

class Meddling final : public weir::Probe {
  weir::Trace seen_{this, "seen", "1", "parameters that it has seen"};

 public:
  void plan_for(const weir::Training&, weir::Plan&) override { seen_.plan({}, {}); }
  void observe(const weir::TrainingStep& step) const override {
    seen_.append(step.step, static_cast<double>(step.params.count()));
    for (const auto& [name, value] : step.params.tensors()) value.mul_(0.5);
  }
};

}  // namespace

WEIR_PLUGIN(Meddling, "An animal that touches everything")
