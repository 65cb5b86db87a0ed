// tests/sdk/zoo/interpolant/hasty.cpp -- says that it takes any number of points, and goes straight from the first to the last.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

class Hasty final : public weir::Interpolant {
 public:
  bool takes(std::int64_t marginals) const override { return marginals >= 2; }

 protected:
  Point noiseless(const weir::Batch& batch, const weir::Tensor& t) const override {
    const weir::Tensor way = batch.x1() - batch.x0();
    return {batch.x0() + weir::expand_as_items(t, way) * way, way};
  }
};

}  // namespace

WEIR_PLUGIN(Hasty, "An animal that passes by every watering place")
