// tests/sdk/zoo/source/breeds.cpp -- points around some places of a line through the plane, with the number of the place as class.
//
//   x = 3 k (1, 1) + z,  z ~ N(0, I),  k uniform on 0 .. breeds - 1
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Breeds final : public weir::Source {
  weir::Param<std::int64_t> breeds_{this, "breeds", 2, weir::between(1, 100), "how many there are"};

 public:
  weir::Shape shape() const override { return {2}; }
  std::optional<std::int64_t> classes() const override { return breeds_(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor breed = rng.integers(breeds_(), {n}), z = rng.normal({n, 2});
    return {3 * breed.to(z.scalar_type()).unsqueeze(1) + z, breed};
  }
};

}  // namespace

WEIR_PLUGIN(Breeds, "Animals that know what they are")
