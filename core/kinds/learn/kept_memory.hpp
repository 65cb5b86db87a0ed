// core/kinds/learn/kept_memory.hpp -- what a training leaves in its record so that one of another run can go on from it.
//
// A trainer that records its parameters as `params` and `ema_params` declares it, and an Output<Tensor> of the steps that it took:
//
//   weir::KeptMemory memory_{this};
//   memory_.plan(first_fit(), stream(), stopped_at_, plan);       // in plan
//   memory_.set(fit);                                             // at the end of run
//
// Without the parameter it plans and records nothing. trainer/recorded reads it.
//
// Shapes   memory/<buffer>, those of the optimiser's memory
#pragma once

#include <weir/kinds/learn/fit.hpp>

namespace weir {

class KeptMemory {
 public:
  // Attributes of the count of steps: the key of the random numbers of the steps, hexadecimal, and how many tensors the memory has.
  static constexpr const char* stream = "stream";
  static constexpr const char* tensors = "memory_tensors";

  explicit KeptMemory(Node* trainer);
  // `first` is a Fit before its first step. Plans `steps` too. Faults at `keep_memory`.
  void plan(const Fit& first, const Rng& steps_stream, Output<Tensor>& steps, Plan& plan);
  void set(const Fit& fit);

 private:
  Node* trainer_;
  Param<bool> keep_;
  TensorSet memory_;
};

}  // namespace weir
