// plugins/time/beta.cpp -- beta-distributed times.
//
//   density(t) = t^(a - 1) (1 - t)^(b - 1) / B(a, b)        t = g / (g + h),  g ~ Gamma(a), h ~ Gamma(b)
//
// Source   Johnson, Kotz, Balakrishnan, Continuous univariate distributions 2, 1995, chapter 25; for flows: Black et al., arXiv 2410.24164
//          (a = 1, b = 1.5 where t = 0 is the noise)
// Oracle   scipy.stats.beta 1.17.1, mean and variance
// Peers    openpi, lerobot (pi0): sample_beta(1.5, 1.0), with the noise at t = 1
// Shapes   t, density [N]
// Limits   the density is infinite at t = 0 for a below 1, and at t = 1 for b below 1. Numbers are those of one C++ library.
#include <cmath>
#include <random>
#include <vector>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Beta final : public weir::Time {
  weir::Param<double> a_{this, "a", 2.0, weir::between(0.1, 1e4), "above b: t nearer to 1"};
  weir::Param<double> b_{this, "b", 2.0, weir::between(0.1, 1e4), "above a: t nearer to 0"};

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    std::gamma_distribution<double> g(a_()), h(b_());
    std::vector<double> times(static_cast<std::size_t>(n));
    for (double& t : times) {
      const double to = g(rng), from = h(rng);
      t = to / (to + from);
    }
    return at::tensor(times, at::kDouble).to(rng.options());
  }
  Tensor density(const Tensor& t) const override {
    const Tensor times = t.to(at::kDouble);
    const double whole = std::lgamma(a_()) + std::lgamma(b_()) - std::lgamma(a_() + b_());
    const Tensor log = at::special_xlogy(at::full_like(times, a_() - 1), times) +
                       at::special_xlog1py(at::full_like(times, b_() - 1), -times) - whole;
    return log.exp().to(t.scalar_type());
  }
};

}  // namespace

WEIR_PLUGIN(Beta, "Beta-distributed times")
