// core/kinds/learn/optimiser.hpp -- a step rule over parameters; its memory is the caller's.
//
// Laws (`weir plugin check` holds every optimiser to them; `weir explain law/optimiser` prints them)
//   descent   400 steps (at lr 0.05, or at its default where that is larger, if it has such a parameter) go down a bowl to a thousandth
//   scale     a scale of 0 leaves the parameters where they are, decay included
//   memory    another instance that is given parameters and memory goes on to the same bytes: nothing is kept in the class
//   change    every tensor of the memory changes within three steps
//   rate      where it gives a rate, each step is by minus the rate of the memory that it leaves, times the gradient
//   float32   float32 parameters stay float32, and end where float64 ones do, to float32's accuracy
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <weir/node.hpp>
#include <weir/params.hpp>

namespace weir {

class Optimiser : public Node {
 public:
  static constexpr const char* kind = "optimiser";
  ~Optimiser() override;

  // Named moment buffers for these parameters, all zero ("m/net.0.weight"; core/math/optimiser/moments.hpp).
  virtual State init(const Params& params) const = 0;
  // One step in place: params and memory change. `step` counts from 1; `scale` multiplies the learning rate (schedule).
  virtual void step(const Params& params, const std::vector<Tensor>& grads, State& memory, std::int64_t step,
                    double scale) const = 0;
  // Where each step is along the gradient, theta <- theta - rate g with one number for all parameters: that number, of the memory after
  // the step and the scale that it was taken at. Of the memory of init, what it would be at a gradient of zero. Else nothing.
  virtual std::optional<double> rate(const State& memory, double scale) const {
    return (void)memory, (void)scale, std::nullopt;
  }
};

}  // namespace weir
