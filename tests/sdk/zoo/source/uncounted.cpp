// tests/sdk/zoo/source/uncounted.cpp -- has points of classes, and does not say how many classes there are.
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Uncounted final : public weir::Source {
 public:
  weir::Shape shape() const override { return {2}; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor x = rng.normal({n, 2});
    return {x, (x.select(1, 0) > 0).to(at::kLong)};
  }
};

}  // namespace

WEIR_PLUGIN(Uncounted, "Animals whose kinds nobody has counted")
