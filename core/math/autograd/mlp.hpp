// core/math/autograd/mlp.hpp -- a multilayer perceptron of taped layers, which fields and networks share.
//
//   h_1 = act(W_1 h_0 + b_1 + e)     h_k = act(W_k h_(k-1) + b_k), k = 2..depth     y = W h_depth + b
//
// With depth 0 it is a linear layer, y = W h_0 + b + e.
//
// Shapes   h_0 [B, in], e [B, width] (depth 0: [B, out]), y [B, out]; parameters net.0, net.2, ... as in a torch.nn.Sequential
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/math/autograd/layers.hpp>
#include <weir/math/autograd/pass.hpp>

namespace weir::nn {

// Names of nonlinearities (core/math/autograd/stack.hpp).
const std::vector<std::string>& activations();

struct Mlp {
  std::int64_t width, depth;
  std::string activation;

  // What e has: it is added before the first nonlinearity.
  std::int64_t first(std::int64_t out) const { return depth > 0 ? width : out; }
  double parameters(double in, double out) const;  // numbers in all, without those of e
  void init(Named& into, std::int64_t in, std::int64_t out, Rng& rng) const;
  Tensor hidden(const Params& params, Tensor h, const Tensor& e = {}) const;  // h_depth
  std::shared_ptr<Pass> pass(const Params& params, const Tensor& h) const;    // of `params` with these alone
  Tensor apply(const Params& params, const Tensor& h, const Tensor& e = {}) const;
};

}  // namespace weir::nn
