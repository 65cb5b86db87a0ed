// plugins/schedule/one_cycle.cpp -- up to the learning rate, and down far below where it began.
//
//   from 1 / div to 1 over the first rise N - 1 steps, then to 1 / (div final_div) at the last of N, along half a cosine or a line:
//   s = b + (a - b) (1 + cos(pi q)) / 2   |   a + (b - a) q,      q in [0, 1] the share of the way from a to b
//
// Source   Smith, Topin, arXiv 1708.07120; PyTorch's OneCycleLR with pct_start = rise, div_factor = div, final_div_factor = final_div
//          and max_lr the optimiser's lr, its k - 1 being the step's k.
// Oracle   PyTorch's OneCycleLR: half cosines in trainings of 10 and of 20 steps, lines in one of 10.
// Peers    torch.optim.lr_scheduler.OneCycleLR
// Shapes   a number a step
// Limits   the momentum does not cycle; it has a warm-up of its own, so leave that of the trainer out.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class OneCycle final : public weir::Schedule {
  weir::Param<double> rise_{this, "rise", 0.3, weir::below_one, "share of the steps on the way up"};
  weir::Param<double> div_{this, "div", 25.0, weir::at_least(1), "the peak over the first rate"};
  weir::Param<double> final_div_{this, "final_div", 1e4, weir::at_least(1), "the first rate over the last"};
  weir::Param<std::string> shape_{this, "shape", "cosine", weir::one_of({"cosine", "linear"}),
                                  "of the way up and the way down"};

 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    const double n = static_cast<double>(steps), k = static_cast<double>(step - 1);
    const double peak = rise_() * n - 1, first = 1 / div_();
    if (k < peak) return between(first, 1, k / peak);
    return between(1, first / final_div_(), std::min(1.0, (k - peak) / (n - 1 - peak)));
  }

 private:
  double between(double from, double to, double q) const {
    if (shape_() == "linear") return from + (to - from) * q;
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * q));
  }
};

}  // namespace

WEIR_PLUGIN(OneCycle, "Up to the learning rate, and down far below where it began")
