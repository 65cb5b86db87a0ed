// source/ring.cpp -- points on a circle in the plane.
//
//   x = r (cos a, sin a),  a ~ U[0, 2 pi)
//
// Shapes   items {2}
#include <numbers>

#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ring final : public weir::Source {
  weir::Param<double> radius_{this, "radius", 4.0, weir::positive, "radius of the circle"};

 public:
  weir::Shape shape() const override { return {2}; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor angle = 2 * std::numbers::pi * rng.uniform({n});
    return radius_() * at::stack({at::cos(angle), at::sin(angle)}, 1);
  }
};

}  // namespace

WEIR_PLUGIN(Ring, "Points on a circle")
