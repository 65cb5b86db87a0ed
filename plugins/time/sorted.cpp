// plugins/time/sorted.cpp -- uniform times in ascending order, so that time bins are contiguous rows of the batch.
//
//   t = sort(eps + (1 - 2 eps) u),  u ~ U[0, 1)^n
//
// Pairs are independent of t, so sorting t before pairing leaves the law of the batch, as a set, unchanged.
//
// Source   order statistics; the use for per-bin statistics is this laboratory's.
// Oracle   means and variances of the order statistics, i / (n + 1) and those of a beta law, within 4.5 standard errors; samples follow
//          the density (laws of t).
// Peers    none
// Shapes   t, density [N]
// Limits   single rows are no longer identically distributed: row i carries the i-th smallest time.
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Sorted final : public weir::Time {
  weir::Param<double> eps_{this, "eps", 0.0, weir::between(0, 0.49), "distance kept from t = 0 and t = 1"};

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return std::get<0>(at::sort(eps_() + (1 - 2 * eps_()) * rng.uniform({n})));
  }
  Tensor density(const Tensor& t) const override {
    return ((t >= eps_()) & (t <= 1 - eps_())).to(t.dtype()) / (1 - 2 * eps_());
  }
  std::pair<double, double> support() const override { return {eps_(), 1 - eps_()}; }
  bool sorted() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Sorted, "Uniform times in ascending order")
