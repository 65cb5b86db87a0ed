// plugins/metric/w2.cpp -- 2-Wasserstein distance between two sets of n points, exact and sliced.
//
//   w2_squared        = min over permutations p of  (1/n) sum_i | x_i - y_p(i) |^2               w2 = its root
//   sliced_w2_squared = mean over directions a, |a| = 1, of (1/n) sum_k ( (a.x)_(k) - (a.y)_(k) )^2      values in order
//
// Source   Villani, Optimal Transport (2009), ch. 6; Bonneel et al., J. Math. Imaging Vis. 51 (2015) 22-45 (sliced).
//          Libraries differ in which of w2 and its square they print: both are given here. No factor D on the sliced one.
// Oracle   a set that is moved as a whole lies its displacement away; numbers in order on a line; the mean over directions within five
//          standard errors.
// Peers    torchcfm wasserstein(power=2) (the root); POT ot.emd2 (the square) and ot.sliced_wasserstein_distance; C2OT prints the square
// Shapes   samples, points [n, item...]; outputs are numbers
// Limits   both are distances of the two *samples*: positive even for equal laws, at the rate n^(-1/D) for the exact one. The
//          standard error is that of the mean over directions alone. Exact needs n^2 numbers: from 20,000 points on write exact: false
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class W2 final : public weir::Comparison {
  weir::Param<bool> exact_{this, "exact", true, "whether the exact distance is found as well, by assignment"};
  weir::Param<std::int64_t> directions_{this, "directions", 128, weir::at_least(2),
                                        "random directions of the sliced distance"};
  weir::Output<Tensor> w2_{this, "w2", "1", "2-Wasserstein distance of the two samples"};
  weir::Output<Tensor> squared_{this, "w2_squared", "1",
                                "its square: mean squared distance of the optimal pairs"};
  weir::Output<Tensor> gap_{this, "w2_squared_gap", "1", "how far at most w2_squared lies above the optimum"};
  weir::Output<Tensor> sliced_{this, "sliced_w2", "1", "sliced 2-Wasserstein distance of the two samples"};
  weir::Output<Tensor> sliced_squared_{this, "sliced_w2_squared", "1", "its square: mean over directions"};
  weir::Output<Tensor> sliced_squared_se_{this, "sliced_w2_squared_se", "1",
                                          "standard error of sliced_w2_squared over directions"};
  weir::Output<Tensor> sliced_squared_n_{this, "sliced_w2_squared_n", "1", "number of directions", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t n = plan_sides(plan, 1);
    if (n == 0) return;
    if (exact_() && n > 20000) {
      plan.fault("exact",
                 fmt::format("the exact distance of {} points needs {:.1f} GB; at most 20000 are taken", n,
                             4e-9 * double(n) * double(n)),
                 "write exact: false");
    }
    if (exact_())
      weir::plan_memory(plan, "exact", weir::match_bytes(n),
                        fmt::format("the exact distance of {} points", n), "write exact: false");
    for (auto* output : {&sliced_, &sliced_squared_, &sliced_squared_se_, &sliced_squared_n_})
      output->plan({}, {});
    if (!exact_()) return;
    for (auto* output : {&w2_, &squared_, &gap_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const auto [x, y] = sides();
    const auto number = [](double value) { return at::scalar_tensor(value, at::kDouble); };
    if (exact_()) {
      const weir::Assignment best = weir::match(x, y, [&](std::int64_t done, std::int64_t total) {
        if (run.stop_requested()) throw weir::Stopped();
        run.progress(done, total, {});
      });
      const auto n = static_cast<double>(x.size(0));
      w2_.set(number(std::sqrt(best.cost / n)));
      squared_.set(number(best.cost / n));
      gap_.set(number(best.gap / n));
    }
    weir::Rng rng = this->rng().at("directions");
    Tensor along = at::empty({directions_()}, x.options());
    for (std::int64_t k = 0; k < directions_(); ++k) {
      const Tensor a = rng.normal({x.size(1)}).to(at::kDouble);
      const Tensor unit = a / a.norm();
      along[k].copy_(
          (std::get<0>(at::mv(x, unit).sort()) - std::get<0>(at::mv(y, unit).sort())).square().mean());
    }
    const double mean = along.mean().item<double>();
    sliced_.set(number(std::sqrt(mean)));
    sliced_squared_.set(number(mean));
    sliced_squared_se_.set(
        number(along.std().item<double>() / std::sqrt(static_cast<double>(directions_()))));
    sliced_squared_n_.set(at::scalar_tensor(directions_(), at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(W2, "2-Wasserstein distance of two samples, exact and sliced")
