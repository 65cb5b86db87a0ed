// plugins/trainer/epoch_draw.hpp -- the batches of an epoch as parts of one draw.
//
// Of an objective whose rows are distinct, the steps of an epoch see each item once.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/kinds/learn/trainer.hpp>

namespace weir {

// Faults of an epoch that no draw holds, or that does not end in a training of so many steps.
inline void plan_epoch(const Objective& objective, std::int64_t batch, std::int64_t epoch,
                       std::optional<std::int64_t> steps, Plan& plan) {
  if (epoch > 1 && (objective.sorted_time() || objective.dependent_rows()))
    plan.fault("epoch",
               "rows of one draw that are sorted by t or depend on each other are no batches in parts",
               "leave epoch out");
  if (steps && epoch > *steps)
    return plan.fault("epoch",
                      fmt::format("an epoch of {} steps does not end in a training of {}", epoch, *steps),
                      "take an epoch of as many steps at most");
  if (epoch > std::numeric_limits<std::int64_t>::max() / batch)
    return plan.fault(
        "epoch",
        fmt::format("an epoch of {} steps with a batch of {} has more rows than one draw can", epoch, batch),
        "take a smaller one");
  plan_rows(objective, batch * epoch, plan, epoch > 1 ? "epoch" : "batch",
            epoch > 1 ? fmt::format("an epoch of {} steps", epoch) : "a step");
}

class EpochDraw {
 public:
  // The rows of step k, from 1 on: a part of the draw of its epoch's first step, which is kept until the next epoch's.
  Sample batch(const Objective& objective, std::int64_t batch, std::int64_t epoch, std::int64_t k,
               const Rng& stream) {
    const std::int64_t part = (k - 1) % epoch, first = k - part;
    if (drawn_at_ != first) {
      Rng rng = stream.at("step", first);
      drawn_ = objective.sample(batch * epoch, rng);
      drawn_at_ = first;
    }
    if (epoch == 1) return drawn_;
    return drawn_.rows(at::arange(part * batch, (part + 1) * batch, objective.options().dtype(at::kLong)));
  }

 private:
  Sample drawn_;
  std::int64_t drawn_at_ = 0;  // the first step of its epoch
};

}  // namespace weir
