// tests/sdk/zoo/optimiser/idle.cpp -- has a memory and leaves it alone.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

class Idle final : public weir::Optimiser {
 public:
  weir::State init(const weir::Params& params) const override {
    weir::State memory;
    weir::add_moments(memory, "m", params);
    return memory;
  }
  void step(const weir::Params& params, const std::vector<weir::Tensor>& grads, weir::State&, std::int64_t,
            double scale) const override {
    for (std::size_t i = 0; i < grads.size(); ++i) params.tensors()[i].second.sub_(grads[i], 0.05 * scale);
  }
};

}  // namespace

WEIR_PLUGIN(Idle, "An animal that buries and never digs")
