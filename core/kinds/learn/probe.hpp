// core/kinds/learn/probe.hpp -- observes training steps without altering them.
//
// Laws (`weir plugin check` holds every probe to them; `weir explain law/probe` prints them)
//   neutral   a training is the same to the last bit whether the probe looks on or not: it changes nothing, and draws no random numbers
//   steps     it writes rows, at the steps that it is asked to observe alone
//   repeats   the same training gives the same rows
//   numbers   no row holds NaN, unless the trace's description says when
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/kinds/learn/objective.hpp>
#include <weir/node.hpp>

namespace weir {

struct PerSampleGradients;  // weir/math/autograd/tape.hpp

// What a probe is told before training, to plan its traces.
struct Training {
  const Objective& objective;
  const Params& params;  // names and shapes; values are the initial ones
  std::int64_t batch;
  std::int64_t steps;
};

// One training step, before the parameters move.
struct TrainingStep {
  std::int64_t step;  // from 1
  const Sample& sample;
  const Tensor& losses;  // [B], detached
  const Params& params;
  const std::vector<Tensor>& grads;      // of the mean loss, one per parameter
  const PerSampleGradients* per_sample;  // where asked for, else null
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
  bool observes(std::int64_t step) const { return step % every_() == 0; }

 protected:
  Param<std::int64_t> every_{this, "every", 1, at_least(1), "observes steps that are a multiple of this"};
};

}  // namespace weir
