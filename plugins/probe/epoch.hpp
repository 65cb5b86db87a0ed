// plugins/probe/epoch.hpp -- what the probes of an epoch's gradients share.
//
// An epoch ends at the multiples of its length. A training that goes on from another may begin within one, of which the probe then sees
// the rest alone: it judges an epoch only where it has seen all of it.
#pragma once

#include <fmt/format.h>

#include <weir/kinds/learn/probe.hpp>

namespace weir {

// Faults of an epoch that the probe of that path, which looks at every `every`th step, cannot see whole. Whether there is none.
inline bool plan_epoch(const std::string& path, std::int64_t epoch, std::int64_t every,
                       const Training& training, Plan& plan) {
  if (epoch % every != 0 || epoch / every < 2) {
    plan.fault("epoch",
               fmt::format("probe '{}' looks at every {}th step, and an epoch of {} steps has not two of "
                           "these or ends between them",
                           path, every, epoch),
               "take an epoch that is a multiple of every, at least twice it");
    return false;
  }
  if (epoch > training.steps) {
    plan.fault("epoch",
               fmt::format("an epoch of {} steps does not end in a training of {}", epoch, training.steps));
    return false;
  }
  return true;
}

// The gradient of the step's mean loss over all parameters: float64 [parameters].
inline Tensor flat_gradient(const TrainingStep& step) {
  std::vector<Tensor> parts;
  for (const Tensor& grad : step.grads) parts.push_back(grad.flatten());
  return at::cat(parts).to(at::kDouble);
}

}  // namespace weir
