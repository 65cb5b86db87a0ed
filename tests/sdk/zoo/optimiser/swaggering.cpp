// tests/sdk/zoo/optimiser/swaggering.cpp -- says twice the rate at which it steps.
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/plugin.hpp>

namespace {

constexpr double stride = 0.05;

class Swaggering final : public weir::Optimiser {
 public:
  weir::State init(const weir::Params&) const override { return {}; }
  void step(const weir::Params& params, const std::vector<weir::Tensor>& grads, weir::State&, std::int64_t,
            double scale) const override {
    for (std::size_t i = 0; i < grads.size(); ++i) params.tensors()[i].second.sub_(grads[i], stride * scale);
  }
  std::optional<double> rate(const weir::State&, double scale) const override { return 2 * stride * scale; }
};

}  // namespace

WEIR_PLUGIN(Swaggering, "An animal that says it is faster than it is")
