// core/math/optimiser/moments.hpp -- the moment buffers of optimisers, by name.
#pragma once

#include <string>
#include <vector>

#include <weir/params.hpp>

namespace weir {

// Zero buffers "<kind>/<parameter>" shaped like each parameter.
inline void add_moments(State& memory, const std::string& kind, const Params& params) {
  for (const auto& [name, value] : params.tensors()) memory[kind + "/" + name] = at::zeros_like(value);
}

// Those buffers in the order of the parameters.
inline std::vector<Tensor> moments(const State& memory, const std::string& kind, const Params& params) {
  std::vector<Tensor> buffers;
  for (const auto& [name, value] : params.tensors()) buffers.push_back(memory.at(kind + "/" + name));
  return buffers;
}

}  // namespace weir
