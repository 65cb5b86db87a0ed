// core/math/autograd/stack.hpp -- a stack of linear layers as one function of autograd, in place of several a layer.
//
//   y_0 = x W_0^T + b_0 + e      h_k = act(y_(k-1))      y_k = h_k W_k^T + b_k
//
// The products, sums and nonlinearities are those that the layers take one by one, in their order: the numbers are the same to the bit.
// A backward pass that is itself differentiated goes through the layers one by one.
//
// Shapes   x [B, in], e [B, out_0] or undefined, y_k [B, out_k]
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <weir/math/autograd/pass.hpp>
#include <weir/params.hpp>

namespace weir::nn {

// A nonlinearity, and d loss / d y from d loss / d h, of h = act(y).
struct Activation {
  const char* name;
  Tensor (*of)(const Tensor& y);
  Tensor& (*in_place)(Tensor& y);
  Tensor (*backward)(const Tensor& dh, const Tensor& y, const Tensor& h);
};
std::span<const Activation> all_activations();
// Errors: std::logic_error for another name.
const Activation& activation_of(const std::string& name);

// y of the last layer; `layers` name their parameters "<name>.weight", "<name>.bias". Written to the tape where there is one.
Tensor stack(const Params& params, const std::vector<std::string>& layers, const Activation& activation,
             const Tensor& x, const Tensor& e);

// The same without e, with the way back at hand. The parameters of `params` are those of the layers, in their order.
std::shared_ptr<Pass> stack_pass(const Params& params, std::vector<std::string> layers,
                                 const Activation& activation, const Tensor& x);

}  // namespace weir::nn
