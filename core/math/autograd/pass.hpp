// core/math/autograd/pass.hpp -- one pass of a network over a batch, with a way back that needs no autograd.
#pragma once

#include <weir/math/autograd/tape.hpp>

namespace weir {

class Pass {
 public:
  virtual ~Pass() = default;
  virtual Tensor output() const = 0;  // [B, n]: of each row its n numbers, whatever shape an item has
  // The gradients of a mean loss of which delta [B, n] = d(mean loss)/d output, in the order of the parameters. Once.
  virtual Gradients backward(const Tensor& delta, bool per_sample) = 0;
};

}  // namespace weir
