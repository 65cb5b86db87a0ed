// core/kinds/learn/schedule.hpp -- how the learning rate changes over a training.
//
// Laws (`weir plugin check` holds every schedule to them; `weir explain law/schedule` prints them)
//   range     scale(step, steps) is finite and never negative, at each step of trainings of 1 to 10000 steps
//   pure      the same step of as many steps has the same scale, in whatever order it is asked for, from another instance too
//   moves     of 100000 steps, one has a scale above 0
#pragma once

#include <cstdint>

#include <weir/node.hpp>

namespace weir {

class Schedule : public Node {
 public:
  static constexpr const char* kind = "schedule";
  ~Schedule() override;

  // What the optimiser's learning rate is multiplied by at a step, from 1 to `steps`; a trainer's warm-up is not counted.
  virtual double scale(std::int64_t step, std::int64_t steps) const = 0;
};

}  // namespace weir
