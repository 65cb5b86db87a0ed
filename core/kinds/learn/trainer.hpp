// core/kinds/learn/trainer.hpp -- fits a model to an objective.
//
// Laws (`weir plugin check` holds every trainer to them; `weir explain law/trainer` prints them)
//   fields   it gives at least one field or path, or says in fitted() what a training goes on from; each that it gives is set in plan
//            and has finite velocities of its points' shape after run
//   seed     the same seed trains to the same bytes, another seed to other parameters
//   resume   one that is stateful() and asked to stop writes a checkpoint and throws Stopped; resumed, it ends with the bytes, and the
//            rows, of a training that was never stopped
#pragma once

#include <weir/kinds/flow/field.hpp>
#include <weir/node.hpp>

namespace weir {

// A trainer gives its field as an Output<Field>: a Fitted of the model, set in `plan`, so that what comes after can plan, and given
// the parameters in `run`. It is `stateful`: after each step it offers its state to Run::checkpoint (which takes it when it is time),
// at the end it does so with `now`, and if Run::stop_requested it does so and throws Stopped; `load` comes before `run`, which then
// goes on. A Fit and `train` (weir/kinds/learn/fit.hpp) do all of that: parameters, the optimiser's memory, the average, and the loop.
// Parameters that it records as a TensorSet let `restore` give the field without training (params_in). A path between the points of pairs
// that is learned is an Output<Interpolant>, to which the same applies (plugins/trainer/learned_interpolant.cpp). Probes, where it has any, it
// tells of each step before the parameters move, ends when one has seen enough, and keeps what they remember (observe, enough, best,
// save_probes, load_probes of probe.hpp). What others look back on it keeps in Snapshots (snapshots.hpp); what another training asks of
// the one that it goes on from, plan_from does (going_on.hpp).
class Trainer : public Node {
 public:
  static constexpr const char* kind = "trainer";
  ~Trainer() override;

  // For a training that goes on from this one: what its Fit saves, without a prefix, as it is before the first step in plan and after
  // the last once it has run; nothing where none can go on from it.
  virtual State fitted() const { return {}; }
  // And where the random numbers of its steps come from: step k draws from at("step", k).
  virtual Rng stream() const { return rng(); }
  // Faults, at port `model` of a training that is to go on from this one, of a model that was not trained here though its parameters
  // have the same names and shapes: another activation has none.
  virtual void compare_model(const Field& model, Plan& plan) const { (void)model, (void)plan; }
};

}  // namespace weir
