// plugins/schedule/polynomial.cpp -- a power of what is left of the training.
//
//   s(k) = end + (1 - end) (1 - p)^power,      p = k / steps
//
// Source   Chen et al., arXiv 1606.00915, section 4.1 ("poly", power 0.9); PyTorch's PolynomialLR with total_iters = steps.
// Oracle   PyTorch 2.11.0 PolynomialLR(power=0.9), to 1e-12; squares by hand.
// Peers    torch.optim.lr_scheduler.PolynomialLR
// Shapes   a number a step
// Limits   the last step has the scale `end` itself: with 0 it moves nothing.
#include <cmath>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Polynomial final : public weir::Schedule {
  weir::Param<double> power_{this, "power", 0.9, weir::positive,
                             "power of what is left; 1 is schedule/linear"};
  weir::Param<double> end_{this, "end", 0.0, weir::probability, "scale at the last step"};

 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    const double left = 1 - static_cast<double>(step) / static_cast<double>(steps);
    return end_() + (1 - end_()) * std::pow(left, power_());
  }
};

}  // namespace

WEIR_PLUGIN(Polynomial, "A power of what is left of the training")
