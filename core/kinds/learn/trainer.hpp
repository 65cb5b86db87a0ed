// core/kinds/learn/trainer.hpp -- fits a model to an objective.
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
