// plugins/schedule/table.cpp -- scales at given steps, on straight lines between them.
//
//   s(k) = s_i + (s_{i+1} - s_i) (k - k_i) / (k_{i+1} - k_i)      for k_i <= k <= k_{i+1};  s_1 before k_1, s_n after k_n
//
// Source   linear interpolation, as numpy.interp has it.
// Oracle   NumPy 2.4.6 numpy.interp.
// Peers    none: torch.optim.lr_scheduler.LambdaLR of numpy.interp
// Shapes   a number a step
// Limits   counts steps, whatever the length of the training.
#include <algorithm>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Table final : public weir::Schedule {
  weir::Param<weir::Numbers> steps_{this, "steps", weir::required, weir::non_negative,
                                    "steps of known scale, ascending"};
  weir::Param<weir::Numbers> scales_{this, "scales", weir::required, weir::non_negative,
                                     "scale at each of them"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Numbers &at = steps_(), &scales = scales_();
    if (at.empty() || at.size() != scales.size())
      return plan.fault("scales",
                        fmt::format("each step has one scale, and there is at least one: steps has {} "
                                    "numbers and scales has {}",
                                    at.size(), scales.size()));
    const auto turn = std::ranges::adjacent_find(at, std::ranges::greater_equal{});
    if (turn != at.end())
      plan.fault("steps",
                 fmt::format("the steps must ascend, and {:g} is followed by {:g}", *turn, *std::next(turn)));
    if (std::ranges::all_of(scales, [](double scale) { return scale == 0; }))
      plan.fault("scales", "with scales of 0 alone no step moves anything", "give one above 0");
  }

  double scale(std::int64_t step, std::int64_t) const override {
    const weir::Numbers &at = steps_(), &scales = scales_();
    const double k = static_cast<double>(step);
    const auto next = static_cast<std::size_t>(std::distance(at.begin(), std::ranges::upper_bound(at, k)));
    if (next == 0) return scales.front();
    if (next == at.size()) return scales.back();
    const double share = (k - at[next - 1]) / (at[next] - at[next - 1]);
    return scales[next - 1] + (scales[next] - scales[next - 1]) * share;
  }
};

}  // namespace

WEIR_PLUGIN(Table, "Scales at given steps, on straight lines between them")
