// tests/sdk/zoo/source/still.cpp -- ignores the seed.
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

class Still final : public weir::Source {
 public:
  weir::Shape shape() const override { return {2}; }
  weir::Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return at::ones({n, 2}, rng.options());
  }
};

}  // namespace

WEIR_PLUGIN(Still, "An animal that does not move")
