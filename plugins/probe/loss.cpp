// plugins/probe/loss.cpp -- the loss of a training step, by time bin.
//
//   total = mean_i l_i        bin_k = mean of l_i over the rows with t_i in [k / bins, (k + 1) / bins), where the objective draws times
//
// Source   the per-bin curves of arXiv 2510.18118, appendix.
// Oracle   means, spreads and counts of the rows in each bin, counted one by one.
// Peers    none by time: the loss that peers print while they train
// Shapes   l, t [B]    bin [bins]
// Limits   a bin without rows at a step is NaN in that row. A batch of one row, rows that depend on each other (minibatch OT) and
//          losses without a second moment have no standard error.
#include <cmath>
#include <limits>

#include <weir/kinds/learn/probe.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/time_bins.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Loss final : public weir::Probe {
  weir::Param<std::int64_t> bins_{this, "bins", 10, weir::at_least(1), "equal bins of t in (0, 1)"};
  weir::Trace total_{this, "total", "1", "mean loss of the batch"};
  weir::Trace total_se_{
      this, "total_se", "1",
      "standard error of total: spread over the batch / sqrt(batch); NaN for one row, rows that depend on "
      "each other, or losses without a second moment"};
  weir::Trace total_n_{this, "total_n", "1", "independent rows of the batch", "int64"};
  weir::Trace bin_{this, "bin", "1", "mean loss of the rows in each time bin; NaN without rows"};
  weir::Trace bin_n_{this, "bin_n", "1", "rows in each time bin", "int64"};

 public:
  void plan_for(const weir::Training& training, weir::Plan&) override {
    const weir::Objective& objective = training.objective;
    weir::say_infinite(total_.plan({}, {}), weir::infinite_target(objective, /*power=*/2));
    total_se_.plan({}, {});
    total_n_.plan({}, {});
    if (objective.takes_field()) {
      weir::plan_bins(bin_, bins_());
      weir::plan_bins(bin_n_, bins_());
    }
    independent_ = !objective.dependent_rows();
    has_error_ = independent_ && weir::infinite_target(objective, /*power=*/4).empty();
  }

  void observe(const weir::TrainingStep& step) const override {
    const Tensor losses = step.losses.to(at::kDouble);
    total_.append(step.step, losses.mean());
    total_se_.append(step.step, has_error_ ? losses.std().item<double>() / std::sqrt(double(losses.size(0)))
                                           : std::numeric_limits<double>::quiet_NaN());
    total_n_.append(step.step, independent_ ? double(losses.size(0)) : 1.0);
    if (!bin_.planned()) return;
    const Tensor bin = weir::time_bins(step.sample["t"], bins_());
    const Tensor count = at::bincount(bin, {}, bins_());
    const Tensor sum = at::bincount(bin, losses, bins_());
    bin_.append(step.step, sum / count);
    bin_n_.append(step.step, count);
  }

 private:
  bool independent_ = true, has_error_ = true;  // from plan_for
};

}  // namespace

WEIR_PLUGIN(Loss, "Loss of a training step, in all and by time bin")
