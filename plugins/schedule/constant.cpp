// plugins/schedule/constant.cpp -- the learning rate as it is.
//
//   s(k) = 1
//
// Source   Robbins, Monro, Ann. Math. Statist. 22 (1951) 400-407, without their decay.
// Oracle   PyTorch 2.11.0 ConstantLR(factor=1).
// Peers    torch.optim.lr_scheduler.ConstantLR
// Shapes   a number a step
// Limits   the parameters go on moving by the gradient's noise; the trainer's average is steadier.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Constant final : public weir::Schedule {
 public:
  double scale(std::int64_t, std::int64_t) const override { return 1; }
};

}  // namespace

WEIR_PLUGIN(Constant, "The learning rate as it is")
