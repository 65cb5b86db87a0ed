// plugins/optimiser/muon.cpp -- Muon: momentum whose matrices are made orthogonal, and AdamW for all that is no matrix.
//
//   b = momentum b + (1 - momentum) g        u = (1 - momentum) g + momentum b, or b without nesterov
//   X = u / |u|_F,  `iterations` times  X <- a X + (b' A + c A A) X,  A = X X^T        a, b', c = 3.4445, -4.7750, 2.0315
//   theta -= lr (weight_decay theta + r X)   r = 0.2 sqrt(max(rows, columns)) with scale adamw, sqrt(max(1, rows / columns)) with original
//
//   The odd polynomial takes every singular value of X to between 0.7 and 1.2: X is near U V^T of u = U S V^T. Weights of a convolution are
//   matrices of as many rows as output channels. Everything else, and the matrices that `adamw` names, is moved by AdamW at the same lr.
//
// Source   Jordan et al., Muon: an optimizer for hidden layers in neural networks (2024); the scale adamw, which makes the step's root mean
//          square that of AdamW's, so that both have one lr and decay: Liu et al., arXiv 2502.16982.
// Oracle   ten steps of torch.optim.Muon 2.11 with its bfloat16 taken out, and torch.optim.AdamW beside it, on a small least-squares problem
// Peers    torch.optim.Muon (scale original; its iteration is in bfloat16, this one is in the parameters' precision); optax.contrib.muon
// Shapes   a matrix is [rows, columns], the least of which is the size of A
// Limits   each matrix costs 3 iterations products of matrices a step. The authors leave the first and last layers to AdamW: name them in
//          `adamw`. lr of scale original is some ten times AdamW's.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <ATen/ops/_fused_adamw.h>
#include <fmt/format.h>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/math/optimiser/moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Muon final : public weir::Optimiser {
  weir::Param<double> lr_{this, "lr", 1e-3, weir::positive, "learning rate"};
  weir::Param<double> momentum_{this, "momentum", 0.95, weir::below_one, "decay of the matrices' momentum"};
  weir::Param<bool> nesterov_{this, "nesterov", true,
                              "whether the direction looks ahead by one step of momentum"};
  weir::Param<double> weight_decay_{this, "weight_decay", 0.1, weir::non_negative, "decoupled weight decay"};
  weir::Param<std::int64_t> iterations_{this, "iterations", 5, weir::between(1, 99),
                                        "Newton-Schulz iterations for each matrix"};
  weir::Param<std::string> scale_{
      this, "scale", "adamw", weir::one_of({"adamw", "original"}),
      "length of a matrix's step: as AdamW's at this lr, or the authors' first rule"};
  weir::Param<weir::Texts> adamw_{this, "adamw", weir::absent, weir::any_value,
                                  "beginnings of the names of matrices that AdamW moves: [net.0.]"};
  weir::Param<double> beta1_{this, "beta1", 0.9, weir::below_one, "decay of AdamW's first moment"};
  weir::Param<double> beta2_{this, "beta2", 0.95, weir::below_one, "decay of AdamW's second moment"};
  weir::Param<double> eps_{this, "eps", 1e-8, weir::positive, "added to the root of AdamW's second moment"};

 public:
  weir::State init(const weir::Params& params) const override {
    for (const std::string& start : left())
      if (std::ranges::none_of(params.tensors(),
                               [&](const auto& named) { return named.first.starts_with(start); }))
        throw std::invalid_argument(fmt::format(
            "adamw names '{}', and no parameter's name begins with that; they are {}", start, names(params)));
    weir::State memory;
    weir::add_moments(memory, "b", part(params, true));
    weir::add_moments(memory, "m", part(params, false));
    weir::add_moments(memory, "v", part(params, false));
    return memory;
  }

  void step(const weir::Params& params, const std::vector<Tensor>& grads, weir::State& memory,
            std::int64_t step, double scale) const override {
    const double lr = scale * lr_();
    std::vector<Tensor> rest;
    for (std::size_t i = 0; i < grads.size(); ++i) {
      const auto& [name, value] = params.tensors()[i];
      if (!is_matrix(name, value)) {
        rest.push_back(grads[i].contiguous());
        continue;
      }
      const Tensor momentum = memory.at("b/" + name).lerp_(grads[i], 1 - momentum_());
      const Tensor u = nesterov_() ? grads[i].lerp(momentum, momentum_()) : momentum;
      value.mul_(1 - lr * weight_decay_())
          .sub_(orthogonal(u.flatten(1)).view_as(value), lr * length(value.flatten(1)));
    }
    if (rest.empty()) return;
    const weir::Params others = part(params, false);
    const Tensor count = at::full({}, double(step), rest.front().options().dtype(at::kFloat));
    at::_fused_adamw_(others.values(), rest, weir::moments(memory, "m", others),
                      weir::moments(memory, "v", others), {}, std::vector<Tensor>(rest.size(), count), lr,
                      beta1_(), beta2_(), weight_decay_(), eps_(), false, false, {}, {});
  }

 private:
  weir::Texts left() const { return adamw_.given() ? adamw_() : weir::Texts{}; }

  bool is_matrix(const std::string& name, const Tensor& value) const {
    return value.dim() >= 2 &&
           std::ranges::none_of(left(), [&](const std::string& start) { return name.starts_with(start); });
  }

  weir::Params part(const weir::Params& params, bool matrices) const {
    std::vector<std::pair<std::string, Tensor>> taken;
    for (const auto& [name, value] : params.tensors())
      if (is_matrix(name, value) == matrices) taken.emplace_back(name, value);
    return weir::Params(std::move(taken));
  }

  static std::string names(const weir::Params& params) {
    std::string all;
    for (const auto& [name, value] : params.tensors()) all += (all.empty() ? "" : ", ") + name;
    return all;
  }

  double length(const Tensor& matrix) const {
    const auto rows = static_cast<double>(matrix.size(0)), columns = static_cast<double>(matrix.size(1));
    return scale_() == "adamw" ? 0.2 * std::sqrt(std::max(rows, columns))
                               : std::sqrt(std::max(1.0, rows / columns));
  }

  // Products are of the smaller side.
  Tensor orthogonal(const Tensor& matrix) const {
    const bool tall = matrix.size(0) > matrix.size(1);
    Tensor x = tall ? matrix.t() : matrix;
    x = x / x.norm().clamp_min(1e-7);
    for (std::int64_t k = 0; k < iterations_(); ++k) {
      const Tensor gram = x.mm(x.t());
      x = at::addmm(x, at::addmm(gram, gram, gram, -4.7750, 2.0315), x, 3.4445);
    }
    return tall ? x.t().contiguous() : x;
  }
};

}  // namespace

WEIR_PLUGIN(Muon, "Muon: momentum whose matrices are made orthogonal, and AdamW for the rest")
