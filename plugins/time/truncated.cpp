// plugins/time/truncated.cpp -- the times of another law that lie in [from, to].
//
//   density(t) = p(t) / m inside, 0 outside,   m = int_from^to p        drawn until as many lie inside as are wanted
//
// Source   rejection sampling: von Neumann, 1951
// Oracle   logit-normal times in [0.2, 0.6] have the mass of the normal law between their logits (scipy 1.17.1)
// Peers    none: torchcfm, SiT and flow_matching cut uniform times alone (time/uniform with eps)
// Shapes   t, density [N]
// Limits   rows must be independent: times in strata are refused. Where the law has less than 1/1000 of its mass in [from, to], it is
//          refused too: 1000 times would be drawn for each that is kept.
#include <cmath>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/math/numeric/quadrature.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double least_mass = 1e-3;

class Truncated final : public weir::Time {
  weir::Port<weir::Time> time_{this, "time", "the law that is cut"};
  weir::Param<double> from_{this, "from", 0.0, weir::between(0, 1), "least t"};
  weir::Param<double> to_{this, "to", 1.0, weir::between(0, 1), "largest t"};

  double mass_ = 1;

 public:
  void plan(weir::Plan& plan) override {
    if (!(from_() < to_()))
      return plan.fault("from", fmt::format("t must have room: from is {}, and to is {}", from_(), to_()),
                        "write a `from` that is below `to`");
    if (const auto atom = time_->atom()) {
      if (*atom < from_() || *atom > to_()) outside(plan, fmt::format("is always {}", *atom));
      return;
    }
    if (weir::facet<weir::DependentTimes>(*time_))
      return plan.fault(
          "time",
          fmt::format("the times of '{}' depend on each other: those of them in [{}, {}] are no "
                      "draw of its kind",
                      time_->path(), from_(), to_()),
          "give time/stratified its own from and to");
    const auto [low, high] = support();
    if (!(low < high))
      return outside(plan, fmt::format("lies in [{}, {}]", time_->support().first, time_->support().second));
    mass_ = mass_between(low, high, 1);
    // Both quadratures halve their panels towards the ends of time, where densities may be infinite.
    if (const double coarse = mass_between(low, high, 0); !(std::abs(mass_ - coarse) <= 1e-6 * mass_))
      plan.fault(
          "time",
          fmt::format("the mass of '{}' in [{}, {}] is not known to 1e-6: {} and {} by two quadratures",
                      time_->path(), from_(), to_(), mass_, coarse),
          "cut a law with a smoother density");
    else if (mass_ < least_mass)
      outside(plan, fmt::format("lies there with a probability of {:.3g}, and at least {} is needed", mass_,
                                least_mass));
  }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    if (time_->atom()) return time_->sample(n, rng);
    std::vector<Tensor> kept;
    std::int64_t have = 0;
    while (have < n) {
      const auto more =
          static_cast<std::int64_t>(std::ceil(1.1 * static_cast<double>(n - have) / mass_)) + 16;
      Tensor t = time_->sample(more, rng);
      if (sorted()) t = t.index_select(0, rng.permutation(more));  // the first of them are no draw
      kept.push_back(t.masked_select((t >= from_()) & (t <= to_())));
      have += kept.back().size(0);
    }
    const Tensor t = at::cat(kept).slice(0, 0, n);
    return sorted() ? std::get<0>(t.sort()) : t;
  }
  Tensor density(const Tensor& t) const override {
    return at::where((t >= from_()) & (t <= to_()), time_->density(t) / mass_, at::zeros_like(t));
  }
  std::pair<double, double> support() const override {
    const auto [low, high] = time_->support();
    return {std::max(low, from_()), std::min(high, to_())};
  }
  bool sorted() const override { return time_->sorted(); }
  std::optional<double> atom() const override { return time_->atom(); }

 private:
  double mass_between(double low, double high, int halvings) const {
    const weir::Quadrature nodes = weir::quadrature(low, high, {0.0, 1.0}, halvings);
    // The last node may round to 1, where a density may be infinite.
    return nodes.weight.dot(time_->density(nodes.t.clamp_max(1 - 0x1p-53))).item<double>();
  }
  void outside(weir::Plan& plan, const std::string& where) const {
    plan.fault(
        "time",
        fmt::format("the t of '{}' {}, and is to lie in [{}, {}]", time_->path(), where, from_(), to_()),
        "write from and to around its times");
  }
};

}  // namespace

WEIR_PLUGIN(Truncated, "Another law of t, cut to a part of (0, 1)")
