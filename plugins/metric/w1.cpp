// plugins/metric/w1.cpp -- 1-Wasserstein distance between two sets of n numbers, exact.
//
//   w1 = min over permutations p of  (1/n) sum_i | x_i - y_p(i) |  =  (1/n) sum_k | x_(k) - y_(k) |       values in order
//      = int | F(u) - G(u) | du,  F and G the distribution functions of the two samples
//
// Source   Villani, Topics in Optimal Transportation (2003), theorem 2.18 and remark 2.19: on the line the monotone pairs are optimal for
//          every convex cost. What papers on flows call the earth mover's distance is this one.
// Oracle   the least over all permutations of six numbers; the area between the distribution functions; E |1 + Z| between N(1, 4) and
//          N(0, 1).
// Peers    scipy.stats.wasserstein_distance; POT ot.wasserstein_1d(p=1), ot.emd2_1d; torchcfm wasserstein(power=1)
// Shapes   samples, points [n, item...] of one number each; w1 is a number
// Limits   Of points of more numbers: metric/w2. It is the distance of the two *samples*, positive even for equal laws: its mean is then
//          about 1 / sqrt n times int 2 sqrt(F (1 - F) / pi) du, 0.44 of a uniform law on (0, 1), 1.82 of N(0, 1).
#include <functional>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/comparison.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class W1 final : public weir::Comparison {
  weir::Output<Tensor> w1_{this, "w1", "1", "1-Wasserstein distance of the two samples"};

 public:
  void plan(weir::Plan& plan) override {
    if (plan_sides(plan, 1) == 0) return;
    const weir::Shape& samples = static_cast<const weir::Port<Tensor>&>(*port("samples")).shape();
    const weir::Shape item(samples.begin() + 1, samples.end());
    if (std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>()) != 1)
      return plan.fault(
          "samples",
          fmt::format("points of [{}] have no order: metric/w1 is of one number each", fmt::join(item, ", ")),
          "use metric/w2");
    w1_.plan({}, {});
  }

  void run(weir::Run&) override {
    const auto [x, y] = sides();
    w1_.set((std::get<0>(x.sort(0)) - std::get<0>(y.sort(0))).abs().mean());
  }
};

}  // namespace

WEIR_PLUGIN(W1, "1-Wasserstein distance of two samples of numbers, exact")
