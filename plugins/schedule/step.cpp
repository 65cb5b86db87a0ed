// plugins/schedule/step.cpp -- falls by a factor every so many steps.
//
//   s(k) = factor^floor((k - 1) / every)
//
// Source   Krizhevsky, Sutskever, Hinton, NeurIPS 2012; PyTorch's StepLR with step_size = every and gamma = factor.
// Oracle   PyTorch 2.11.0 StepLR; powers of 1/2 by hand.
// Peers    torch.optim.lr_scheduler.StepLR
// Shapes   a number a step
// Limits   counts steps, whatever the length of the training; a factor above 1 is refused.
#include <cmath>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

const weir::Limits shrinking{.minimum = 0, .maximum = 1, .minimum_excluded = true};

class Step final : public weir::Schedule {
  weir::Param<double> factor_{this, "factor", 0.1, shrinking, "what the rate is multiplied by each time"};
  weir::Param<std::int64_t> every_{this, "every", 1000, weir::at_least(1), "steps from one fall to the next"};

 public:
  double scale(std::int64_t step, std::int64_t) const override {
    return std::pow(factor_(), static_cast<double>((step - 1) / every_()));
  }
};

}  // namespace

WEIR_PLUGIN(Step, "Falls by a factor every so many steps")
