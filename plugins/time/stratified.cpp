// plugins/time/stratified.cpp -- of n times one in each of n equal parts: uniform times with less chance in their mean.
//
//   t_k = from + (to - from) (i_k + u_k) / n,   u ~ U[0, 1)^n,   i a random order of 0 .. n - 1, or 0, 1, .. with `order: ascending`
//
// Each t is uniform; a mean of g(t) over the draw has the variance of g within the parts alone: 1 / n^3 for smooth g in place of 1 / n.
//
// Source   stratified sampling: Cochran, Sampling techniques, 1977, chapter 5; of times: Kingma et al., arXiv 2107.00630, appendix I.1, whose
//          one shared offset this has not
// Oracle   exactly one time in each part; the variance of a mean of t is 1 / (12 n^3)
// Peers    none of torchcfm, flow_matching, rectified-flow, SiT
// Shapes   t, density [N]
// Limits   the times of a draw depend on each other (DependentTimes): objectives say so, and what is estimated from single rows refuses them or
//          has no standard error
#include <fmt/format.h>

#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Stratified final : public weir::Time {
  weir::Param<std::string> order_{this, "order", "shuffled", weir::one_of({"shuffled", "ascending"}),
                                  "whether the parts come in a random order or one after another"};
  weir::Param<double> from_{this, "from", 0.0, weir::between(0, 1), "least t"};
  weir::Param<double> to_{this, "to", 1.0, weir::between(0, 1), "largest t"};
  weir::Facet<weir::DependentTimes> dependent_{this, [] { return weir::DependentTimes{}; }};

  double width() const { return to_() - from_(); }

 public:
  void plan(weir::Plan& plan) override {
    if (!(width() > 0))
      plan.fault("from", fmt::format("t must have room: from is {}, and to is {}", from_(), to_()),
                 "write a `from` that is below `to`");
  }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor u = rng.uniform({n});
    const Tensor part = sorted() ? at::arange(n, u.options().dtype(at::kLong)) : rng.permutation(n);
    const Tensor t = from_() + width() * ((part + u.to(at::kDouble)) / static_cast<double>(n));
    return t.to(u.scalar_type());
  }
  Tensor density(const Tensor& t) const override {
    return ((t >= from_()) & (t <= to_())).to(t.dtype()) / width();
  }
  std::pair<double, double> support() const override { return {from_(), to_()}; }
  bool sorted() const override { return order_() == "ascending"; }
};

}  // namespace

WEIR_PLUGIN(Stratified, "Uniform times, one in each of as many equal parts as there are")
