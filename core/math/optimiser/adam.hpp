// core/math/optimiser/adam.hpp -- what optimiser/adam and optimiser/adamw share: parameters, moments and LibTorch's fused step.
//
//   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2        both zero at first
#pragma once

#include <ATen/ops/_fused_adam.h>

#include <string>
#include <vector>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>

namespace weir {

class AdaptiveMoments : public Optimiser {
 public:
  State init(const Params& params) const override {
    State memory;
    add_moments(memory, "m", params);
    add_moments(memory, "v", params);
    return memory;
  }

  void step(const Params& params, const std::vector<Tensor>& grads, State& memory, std::int64_t step,
            double scale) const override {
    std::vector<Tensor> dense;
    for (const Tensor& grad : grads) dense.push_back(grad.contiguous());
    if (dense.empty()) return;
    // The step count as the fused kernels take it: one float32 scalar per parameter, which they only read.
    const Tensor count = at::full({}, double(step), dense.front().options().dtype(at::kFloat));
    const std::vector<Tensor> counts(dense.size(), count);
    fused_(params.values(), dense, moments(memory, "m", params), moments(memory, "v", params), {}, counts,
           scale * lr_(), beta1_(), beta2_(), weight_decay_(), eps_(), false, false, {}, {});
  }

 protected:
  using Fused = decltype(&at::_ops::_fused_adam_::call);  // that of _fused_adamw_ has the same type
  AdaptiveMoments(Fused fused, double weight_decay, std::string description)
      : fused_(fused),
        weight_decay_(this, "weight_decay", weight_decay, non_negative, std::move(description)) {}

 private:
  Fused fused_;
  Param<double> lr_{this, "lr", 1e-3, positive, "learning rate"};
  Param<double> beta1_{this, "beta1", 0.9, below_one, "decay of the first moment"};
  Param<double> beta2_{this, "beta2", 0.999, below_one, "decay of the second moment"};
  Param<double> eps_{this, "eps", 1e-8, positive, "added to the root of the second moment"};
  Param<double> weight_decay_;
};

}  // namespace weir
