// plugins/schedule/cosine.cpp -- half a cosine from 1 to its end.
//
//   s(k) = end + (1 - end) (1 + cos(pi p)) / 2,      p = k / steps
//
// Source   Loshchilov, Hutter, arXiv 1608.03983, equation 5, without restarts; PyTorch's CosineAnnealingLR with T_max = steps.
// Oracle   PyTorch 2.11.0 CosineAnnealingLR, to 1e-12; cos^2 of half the angle.
// Peers    torch.optim.lr_scheduler.CosineAnnealingLR
// Shapes   a number a step
// Limits   the last step has the scale `end` itself: with 0 it moves nothing.
#include <cmath>
#include <numbers>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Cosine final : public weir::Schedule {
  weir::Param<double> end_{this, "end", 0.0, weir::probability, "scale at the last step"};

 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    const double p = static_cast<double>(step) / static_cast<double>(steps);
    return end_() + (1 - end_()) * ((1 + std::cos(std::numbers::pi * p)) / 2);
  }
};

}  // namespace

WEIR_PLUGIN(Cosine, "Half a cosine from 1 to its end")
