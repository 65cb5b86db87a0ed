// core/kinds/learn/going_on.hpp -- whether a training can go on from another.
#pragma once

#include <weir/kinds/learn/trainer.hpp>

namespace weir {

// Faults, at `from` and `model`, of a training that is to go on from another: what it takes over must be of its own model and of its own
// optimiser, name by name. `own` is what its Fit saves before the first step, `model` its field, null without one.
void plan_from(const Trainer& from, const State& own, const Field* model, Plan& plan);

}  // namespace weir
