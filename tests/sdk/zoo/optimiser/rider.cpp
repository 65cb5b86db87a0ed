// tests/sdk/zoo/optimiser/rider.cpp -- another step rule, warmed up.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/plugin.hpp>

#include <algorithm>

namespace {

using weir::Tensor;

class Rider final : public weir::Optimiser {
  weir::Port<weir::Optimiser> optimiser_{this, "optimiser", weir::by_default("adam"), "what it rides on"};
  weir::Param<std::int64_t> warmup_{this, "warmup", 4, weir::at_least(1), "steps until it is as fast"};

 public:
  weir::State init(const weir::Params& params) const override { return optimiser_->init(params); }
  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory,
            std::int64_t step, double scale) const override {
    const double rise = std::min(1.0, static_cast<double>(step) / static_cast<double>(warmup_()));
    optimiser_->step(params, grads, memory, step, scale * rise);
  }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a step rule")
