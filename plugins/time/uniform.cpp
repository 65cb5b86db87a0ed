// plugins/time/uniform.cpp -- t uniform in (eps, 1 - eps), or in (from, to).
//
//   t = eps + (1 - 2 eps) u,  u ~ U[0, 1)        density 1 / (1 - 2 eps) inside, 0 outside
//   t = from + (to - from) u                     density 1 / (to - from)
//
// Source   the usual choice: Lipman et al., arXiv 2210.02747; with an early end: arXiv 2602.22486.
// Oracle   the density integrates to 1, and samples follow it (laws of t); ends by hand.
// Peers    torch.rand in torchcfm, flow_matching and interflow; rectified-flow TrainTimeSampler("uniform")
// Shapes   t, density [N]
// Limits   rows are independent and in no order; time/sorted gives the same set in ascending order.
#include <fmt/format.h>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Uniform final : public weir::Time {
  weir::Param<double> eps_{this, "eps", 0.0, weir::between(0, 0.49), "distance kept from t = 0 and t = 1"};
  weir::Param<double> from_{this, "from", weir::absent, weir::between(0, 1),
                            "instead of eps: least t; 0 if only `to` is given"};
  weir::Param<double> to_{this, "to", weir::absent, weir::between(0, 1),
                          "instead of eps: largest t; 1 if only `from` is given"};

 public:
  void plan(weir::Plan& plan) override {
    if (!between()) return;
    if (eps_() > 0)
      plan.fault("eps", "eps, and from or to, both say where t lies", "keep one of them");
    else if (!(width() > 0))
      plan.fault(from_.given() ? "from" : "to",
                 fmt::format("t must have room: from is {}, and to is {}", first(), last()),
                 "write a `from` that is below `to`");
  }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return first() + width() * rng.uniform({n});
  }
  Tensor density(const Tensor& t) const override {
    return ((t >= first()) & (t <= last())).to(t.dtype()) / width();
  }
  std::pair<double, double> support() const override { return {first(), last()}; }

 private:
  bool between() const { return from_.given() || to_.given(); }
  double first() const { return !between() ? eps_() : from_.given() ? from_() : 0; }
  double last() const { return !between() ? 1 - eps_() : to_.given() ? to_() : 1; }
  double width() const { return between() ? last() - first() : 1 - 2 * eps_(); }
};

}  // namespace

WEIR_PLUGIN(Uniform, "Uniform times")
