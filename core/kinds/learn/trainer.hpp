// core/kinds/learn/trainer.hpp -- fits a model to an objective.
//
// Laws (`weir plugin check` holds every trainer to them; `weir explain law/trainer` prints them)
//   fields   it gives at least one field, which is set in plan, and has finite velocities of its points' shape after run
//   seed     the same seed trains to the same bytes, another seed to other parameters
//   resume   one that is stateful() and asked to stop writes a checkpoint and throws Stopped; resumed, it ends with the bytes, and the
//            rows, of a training that was never stopped
#pragma once

#include <weir/node.hpp>

namespace weir {

// A trainer gives its field as an Output<Field>: a Fitted of the model, set in `plan`, so that what comes after can plan, and given
// the parameters in `run`. It is `stateful`: after each step it offers its state to Run::checkpoint (which takes it when it is time),
// at the end it does so with `now`, and if Run::stop_requested it does so and throws Stopped; `load` comes before `run`, which then
// goes on. Parameters that it records as a TensorSet let `restore` give the field without training. Probes, where it has any, it
// tells of each step before the parameters move, and keeps what they `save`.
class Trainer : public Node {
 public:
  static constexpr const char* kind = "trainer";
  ~Trainer() override;
};

}  // namespace weir
