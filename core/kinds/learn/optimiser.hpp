// core/kinds/learn/optimiser.hpp -- a step rule over parameters; its memory is the caller's.
#pragma once

#include <cstdint>
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
};

}  // namespace weir
