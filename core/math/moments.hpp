// core/math/moments.hpp -- the moment buffers of optimisers, by name.
#pragma once

#include <string>
#include <vector>

#include <weir/kinds/field.hpp>

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

// The step count as LibTorch's fused optimisers take it: one float32 scalar per parameter.
inline std::vector<Tensor> step_counts(const Params& params, std::int64_t step) {
  std::vector<Tensor> counts;
  for (const Tensor& value : params.values()) counts.push_back(at::full({}, double(step), value.options().dtype(at::kFloat)));
  return counts;
}

}  // namespace weir
