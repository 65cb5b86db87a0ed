// plugins/schedule/linear.cpp -- a straight line from 1 to its end.
//
//   s(k) = 1 - (1 - end) p,      p = k / steps
//
// Source   PyTorch's LinearLR with start_factor = 1, end_factor = end and total_iters = steps.
// Oracle   PyTorch 2.11.0 LinearLR, to 1e-12.
// Peers    torch.optim.lr_scheduler.LinearLR
// Shapes   a number a step
// Limits   the last step has the scale `end` itself: with 0 it moves nothing.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Linear final : public weir::Schedule {
  weir::Param<double> end_{this, "end", 0.0, weir::probability, "scale at the last step"};

 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    return 1 - (1 - end_()) * (static_cast<double>(step) / static_cast<double>(steps));
  }
};

}  // namespace

WEIR_PLUGIN(Linear, "A straight line from 1 to its end")
