// core/kinds/learn/probe.hpp -- observes training steps without altering them.
//
// Laws (`weir plugin check` holds every probe to them; `weir explain law/probe` prints them)
//   neutral   a training is the same to the last bit whether the probe looks on or not, as far as it lets it go: it changes nothing, and
//             draws none of the training's random numbers
//   steps     it writes rows, at the steps that it is asked to observe alone
//   repeats   the same training gives the same rows
//   numbers   no row holds NaN, unless the trace's description says when
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/node.hpp>

namespace weir {

struct PerSampleGradients;  // weir/math/autograd/tape.hpp

// What a probe is told before training, to plan its traces.
struct Training {
  const Objective& objective;
  const Params& params;  // names and shapes; values are the initial ones
  std::int64_t batch;
  std::int64_t steps;  // that it takes at most
  const Field& field;  // the model: what a step's parameters are parameters of
  const Optimiser& optimiser;
};

// One training step, before the parameters move.
struct TrainingStep {
  std::int64_t step;  // from 1
  const Sample& sample;
  const Tensor& losses;  // [B], detached
  const Params& params;
  const std::vector<Tensor>& grads;      // of the mean loss, one per parameter
  const PerSampleGradients* per_sample;  // where asked for, else null
  const State& memory;                   // the optimiser's
  double scale;                          // of the learning rate, at which the step will be taken
};

// What a probe remembers from step to step it gives in `save` and takes in `load`: its trainer keeps that with its own state, so
// that a resumed training goes on to the same bytes. `stateful` is the trainer's affair.
class Probe : public Node {
 public:
  static constexpr const char* kind = "probe";
  static constexpr bool owned_by_taker = true;  // its trainer plans it, and gives it its state
  ~Probe() override;

  // At the end of its trainer's plan: the shapes of its traces, and what it finds wrong.
  virtual void plan_for(const Training& training, Plan& plan) = 0;
  // After the backward pass and before the step; nothing that it is given requires a gradient.
  virtual void observe(const TrainingStep& step) const = 0;
  virtual bool per_sample() const { return false; }  // needs per-sample gradients at the steps it observes
  // Whether the training may end with this step: asked at each, once all probes have seen it. The step is still taken, and the
  // training is as if it had been asked for that many.
  virtual bool enough() const { return false; }
  // The best parameters so far, where it keeps them: from plan_for on, when they are the initial ones, or null for good.
  virtual const Params* best() const { return nullptr; }
  bool observes(std::int64_t step) const { return step % every_() == 0; }

 protected:
  Param<std::int64_t> every_{this, "every", 1, at_least(1), "observes steps that are a multiple of this"};
};

// Whether one of them observes this step and needs per-sample gradients; and the step told to those that observe it.
bool need_per_sample(const Ports<Probe>& probes, std::int64_t step);
void observe(const Ports<Probe>& probes, const TrainingStep& step);

// Whether one of them has seen enough, and what the first that keeps the best parameters keeps, or null.
bool enough(const Ports<Probe>& probes);
const Params* best(const Ports<Probe>& probes);

// What probes remember, in their trainer's state as "probes/<name>/<key>".
void save_probes(const Ports<Probe>& probes, State& state);
void load_probes(const Ports<Probe>& probes, const State& state);

}  // namespace weir
