// plugins/source/uniform.cpp -- the uniform law on a box.
//
//   x_i ~ U(low_i, high_i), independent        log p = -sum_i log(high_i - low_i) within, -infinity outside
//   E x_i = (low_i + high_i) / 2,  Var x_i = (high_i - low_i)^2 / 12
//
// With low 0 and high 2 pi it is the uniform law on the flat torus, in angles (source/wrapped).
//
// Source   elementary
// Oracle   scipy.stats.uniform for the density; Kolmogorov-Smirnov; moments of samples
// Peers    torch.distributions.Uniform; torchcfm generators2d "unif_square": low [-var], high [var]
// Shapes   items {D}
// Limits   the bounds belong to the box: float32 may round a number up to `high`
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Uniform final : public weir::Source {
  weir::Param<std::int64_t> dim_{this, "dim", weir::absent, weir::between(1, 1e7),
                                 "number of coordinates; as many as low or high has numbers if not given"};
  weir::Param<weir::Numbers> low_{this, "low", weir::Numbers{0},
                                  "least value: one number for each coordinate, or one for all"};
  weir::Param<weir::Numbers> high_{this, "high", weir::Numbers{1},
                                   "largest value: one number for each coordinate, or one for all"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this] { return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }}; }};
  weir::Facet<weir::Moments> moments_{this, [this] {
                                        return weir::Moments{
                                            ((least_ + most_) / 2).to(options()),
                                            ((most_ - least_).square() / 12).diag().to(options())};
                                      }};

 public:
  void plan(weir::Plan& plan) override {
    const auto d = dim_.given() ? dim_() : static_cast<std::int64_t>(std::max(low_().size(), high_().size()));
    for (const auto* bound : {&low_, &high_}) {
      const weir::Numbers& numbers = (*bound)();
      if (const auto count = static_cast<std::int64_t>(numbers.size()); count != 1 && count != d)
        return plan.fault(
            bound->name(),
            fmt::format("{} has {} numbers, but an item has {} coordinates", bound->name(), count, d),
            "write one number for each coordinate, or one for all");
    }
    least_ = at::tensor(low_(), at::kDouble).expand({d}).contiguous();
    most_ = at::tensor(high_(), at::kDouble).expand({d}).contiguous();
    for (std::int64_t i = 0; i < std::max<std::int64_t>(low_().size(), high_().size()); ++i) {
      const double least = least_[i].item<double>(), most = most_[i].item<double>();
      if (!(least < most))
        return plan.fault(
            "high", fmt::format("high must be above low, and coordinate {} has {} and {}", i, most, least));
    }
  }

  weir::Shape shape() const override { return {least_.size(0)}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor least = least_.to(options()), most = most_.to(options());
    return at::minimum(least + (most - least) * rng.uniform({n, least.size(0)}), most);
  }

 private:
  Tensor log_density(const Tensor& x) const {
    const Tensor inside = ((x >= least_.to(x.options())) & (x <= most_.to(x.options()))).all(1);
    const double within = -(most_ - least_).log().sum().item<double>();
    return at::where(inside, at::full({x.size(0)}, within, x.options()),
                     at::full({x.size(0)}, -std::numeric_limits<double>::infinity(), x.options()));
  }

  Tensor least_, most_;  // [D] float64, on the CPU
};

}  // namespace

WEIR_PLUGIN(Uniform, "Uniform distribution on a box")
