// plugins/optimiser/adagrad_norm.cpp -- AdaGrad-Norm: one rate for all parameters, from the gradients' norms so far.
//
//   s_k = s_{k-1} + ||g_k||^2, s_0 = 0        theta -= lr / sqrt(b^2 + s_k) g_k
//
// With gradients that shrink fast enough the rate settles at a number of its own, whatever lr; with noise in them it falls as k^(-1/2).
//
// Source   Ward, Wu, Bottou, arXiv 1806.01811. What the rate tends to: arXiv 2405.19585, whose eta is lr, and whose b is b / (2 d) for
//          the loss ||.||^2 of d features, since it halves the square.
// Oracle   along one direction, the steps of PyTorch 2.11.0's Adagrad on a line; rates 1/12 and 1/13 by hand; a bowl is gone down to a
//          thousandth.
// Peers    none: torch.optim.Adagrad has a rate for each coordinate
// Shapes   as the parameters; s is one number
// Limits   s is of the parameters' dtype: in float32 gradients no longer count whose square is below 6e-8 of the sum.
#include <cmath>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class AdagradNorm final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1.0, weir::positive, "learning rate, at gradients of norm 1 in all"};
  weir::Param<double> b_{this, "b", 1.0, weir::positive, "root of what the squares are added to"};

 public:
  weir::State init(const weir::Params& params) const override {
    return {{"squares", at::zeros({}, params.empty() ? options() : params.values().front().options())}};
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory, std::int64_t,
            double scale) const override {
    const std::vector<Tensor> values = params.values();
    Tensor& squares = memory.at("squares");
    for (const Tensor& grad : grads) squares.add_(grad.square().sum());
    const Tensor rate = scale * lr_() * at::rsqrt(b_() * b_() + squares);
    for (std::size_t i = 0; i < values.size(); ++i) values[i].addcmul_(grads[i], rate, -1);
  }

  std::optional<double> rate(const weir::State& memory, double scale) const override {
    return scale * lr_() / std::sqrt(b_() * b_() + memory.at("squares").item<double>());
  }
};

}  // namespace

WEIR_PLUGIN(AdagradNorm, "AdaGrad-Norm: one rate for all parameters, from the gradients' norms so far")
