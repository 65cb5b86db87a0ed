// time/cubic.cpp -- times near 0, where the start of the paths is learned.
//
//   t = u^3,  u ~ U[0, 1)        density t^(-2/3) / 3
//
// Shapes   t, density [N]
// Limits   the density is unbounded at 0, and integrable.
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Cubic final : public weir::Time {
 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return rng.uniform({n}).pow(3); }
  Tensor density(const Tensor& t) const override { return t.pow(-2.0 / 3) / 3; }
};

}  // namespace

WEIR_PLUGIN(Cubic, "Times near 0")
