// plugins/time/uniform.cpp -- t uniform in (eps, 1 - eps).
//
//   t = eps + (1 - 2 eps) u,  u ~ U[0, 1)        density 1 / (1 - 2 eps) inside, 0 outside
//
// Source   the usual choice: Lipman et al., arXiv 2210.02747.
// Shapes   t, density [N]
// Limits   rows are independent and in no order; time/sorted gives the same set in ascending order.
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Uniform final : public weir::Time {
  weir::Param<double> eps_{this, "eps", 0.0, weir::between(0, 0.49), "distance kept from t = 0 and t = 1"};

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return eps_() + (1 - 2 * eps_()) * rng.uniform({n});
  }
  Tensor density(const Tensor& t) const override {
    return ((t >= eps_()) & (t <= 1 - eps_())).to(t.dtype()) / (1 - 2 * eps_());
  }
  std::pair<double, double> support() const override { return {eps_(), 1 - eps_()}; }
};

}  // namespace

WEIR_PLUGIN(Uniform, "Uniform times")
