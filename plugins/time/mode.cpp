// plugins/time/mode.cpp -- the middle of (0, 1) more often than its ends, or less, without leaving the ends out.
//
//   t = f(u) = 1 - u - scale (cos^2(pi u / 2) - 1 + u),  u ~ U[0, 1)        scale > 0: the middle; < 0: the ends; 0: uniform
//   density(t) = 1 / |f'(u)| at the u with f(u) = t,   f'(u) = -1 - scale + scale (pi / 2) sin(pi u)
//
// f falls from 1 to 0; u is found by 60 halvings. The law is symmetric about 1/2, so that the direction of time does not matter.
//
// Source   Esser et al., arXiv 2403.03206, section 3.1, eq. 20
// Oracle   the density at roots found by mpmath 1.3, and the variance integrated by scipy 1.17.1
// Peers    diffusers compute_density_for_timestep_sampling("mode")
// Shapes   t, density [N]
// Limits   -1 < scale < 2 / (pi - 2) = 1.7519, where f is monotone; near these limits the density has a peak at the ends or in the middle
#include <numbers>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

class Mode final : public weir::Time {
  weir::Param<double> scale_{
      this,
      "scale",
      1.29,
      {.minimum = -1, .maximum = 2 / (pi - 2), .minimum_excluded = true, .maximum_excluded = true},
      "how much more often the middle; below 0: less often"};

  Tensor time_of(const Tensor& u) const {
    return 1 - u - scale_() * (u - (pi / 2 * u).sin().square());  // cos^2 - 1 = -sin^2
  }

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor u = rng.uniform({n});
    return time_of(u.to(at::kDouble)).clamp(0, 1).to(u.scalar_type());
  }
  Tensor density(const Tensor& t) const override {
    const Tensor times = t.to(at::kDouble);
    Tensor low = at::zeros_like(times), high = at::ones_like(times);
    for (int i = 0; i < 60; ++i) {
      const Tensor u = (low + high) / 2, early = time_of(u) > times;  // then u must grow
      low = at::where(early, u, low), high = at::where(early, high, u);
    }
    const Tensor slope = 1 + scale_() - scale_() * (pi / 2) * (pi * low).sin();
    return slope.reciprocal().to(t.scalar_type());
  }
};

}  // namespace

WEIR_PLUGIN(Mode, "Times whose middle or ends are more frequent, by a warp of uniform ones")
