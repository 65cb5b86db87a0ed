// tests/plugins/waves.hpp -- parameters that another program can fill in the same way.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include <weir/params.hpp>

namespace weir::tests {

// 0.3 sin(0.7 i + k) over the numbers i of each parameter, k the sum of the bytes of its name. In PyTorch
//
//   for name, p in module.named_parameters():
//       p.copy_(0.3 * torch.sin(0.7 * torch.arange(p.numel()) + sum(name.encode())).view_as(p))
inline Params waves(const Params& like) {
  std::vector<Tensor> values;
  for (const auto& [name, value] : like.tensors()) {
    const int k = std::accumulate(name.begin(), name.end(), 0);
    values.push_back(0.3 * at::sin(0.7 * at::arange(value.numel(), value.options()) + k).view_as(value));
  }
  return like.with(values);
}

}  // namespace weir::tests
