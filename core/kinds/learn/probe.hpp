// core/kinds/learn/probe.hpp -- observes training steps without altering them.
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
  ~Probe() override;

  virtual void plan_for(const Training& training, Plan& plan) = 0;
  virtual void observe(const TrainingStep& step) const = 0;
  virtual bool per_sample() const { return false; }  // needs per-sample gradients at the steps it observes
  bool observes(std::int64_t step) const { return step % every_() == 0; }

 protected:
  Param<std::int64_t> every_{this, "every", 1, at_least(1), "observes steps that are a multiple of this"};
};

}  // namespace weir
