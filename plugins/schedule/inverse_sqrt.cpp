// plugins/schedule/inverse_sqrt.cpp -- falls as one over the square root of the step.
//
//   s(k) = sqrt(offset / (offset + k))
//
// After a warm-up of `offset` steps, which the trainer makes, k + offset is the step itself: s is that of Vaswani et al., relative to
// its largest value.
//
// Source   Vaswani et al., arXiv 1706.03762, equation 3 (warmup_steps = 4000).
// Oracle   the Transformer's min(k^(-1/2), k w^(-3/2)) over its largest value, to 1e-14.
// Peers    fairseq inverse_sqrt; transformers get_inverse_sqrt_schedule
// Shapes   a number a step
// Limits   never 0, and the same at step k however long the training is.
#include <cmath>

#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class InverseSqrt final : public weir::Schedule {
  weir::Param<std::int64_t> offset_{this, "offset", 4000, weir::at_least(1),
                                    "steps counted before the first, as those of a warm-up"};

 public:
  double scale(std::int64_t step, std::int64_t) const override {
    return std::sqrt(static_cast<double>(offset_()) / static_cast<double>(offset_() + step));
  }
};

}  // namespace

WEIR_PLUGIN(InverseSqrt, "Falls as one over the square root of the step")
