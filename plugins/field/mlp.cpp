// plugins/field/mlp.cpp -- a multilayer perceptron in the point and the time.
//
//   h_0 = (x, tau(t))     h_1 = act(W_1 h_0 + b_1 + e)     h_k = act(W_k h_(k-1) + b_k), k = 2..depth     v = W h_depth + b
//
//   tau(t) = t                                       time: concat
//   tau(t) = (sin 2 pi f t, cos 2 pi f t)_f          time: fourier, f geometric from 1 to 16
//   e      = linear in the context, labels one-hot   math/autograd/context.hpp; none without context
//
// Source   Tong et al., arXiv 2302.00482 (t appended as one more coordinate); PyTorch's initialisation of Linear.
// Oracle   velocities of a torch.nn.Sequential of PyTorch 2.11.0 for every activation, to 15 digits; a trained one, loaded into PyTorch
//          (tests/tools/torchscript.test.py).
// Peers    torchcfm MLP (models/models.py); rectified-flow MLPVelocity
// Shapes   x, v [B, item...], flattened inside; parameters net.0, net.2, ... as in a torch.nn.Sequential
// Limits   none on the item's shape; images are better served by field/unet.
#include <fmt/format.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/context.hpp>
#include <weir/math/autograd/mlp.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include <functional>
#include <numeric>

namespace {

using weir::Tensor;

constexpr double highest_frequency = 16;
constexpr double most_parameters = 2147483647;  // 2^31 - 1

class Mlp final : public weir::Field {
  weir::Param<std::int64_t> width_{this, "width", 256, weir::at_least(1), "units of each hidden layer"};
  weir::Param<std::int64_t> depth_{this, "depth", 3, weir::between(1, 1000), "number of hidden layers"};
  weir::Param<std::string> activation_{this, "activation", "silu", weir::one_of(weir::nn::activations()),
                                       "nonlinearity after each hidden layer"};
  weir::Param<std::string> time_{this, "time", "concat", weir::one_of({"concat", "fourier"}),
                                 "how t enters: as one more coordinate, or as sines and cosines"};
  weir::Param<std::int64_t> features_{this, "features", 32, weir::between(2, 4096),
                                      "sines and cosines of t with time: fourier; even"};

  std::int64_t time_width() const { return time_() == "fourier" ? features_() : 1; }

  weir::nn::Mlp net() const { return {width_(), depth_(), activation_()}; }

 public:
  void plan(weir::Plan& plan) override {
    if (features_() % 2 != 0) {
      plan.fault("features",
                 "features must be even (half sines, half cosines), not " + std::to_string(features_()));
    }
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    weir::nn::plan_context(domain, plan);
    double dim = 1;
    for (const auto size : domain.item) dim *= static_cast<double>(size);
    const double count = net().parameters(dim + static_cast<double>(time_width()), dim);
    if (count > most_parameters) {
      plan.fault(
          "width",
          fmt::format("field/mlp with width {} and depth {} for items of {:.0f} numbers would have {:.3g} "
                      "parameters; at most {:.0f} are possible",
                      width_(), depth_(), dim, count, most_parameters),
          "use a smaller width, or field/unet for images");
    } else {
      weir::plan_memory(plan, "width", count * static_cast<double>(options().dtype().itemsize()),
                        fmt::format("a network of {:.3g} parameters", count), "use a smaller width");
    }
  }

  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    const weir::Shape& item = domain.item;
    const std::int64_t dim = std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>());
    weir::nn::Named named;
    net().init(named, dim + time_width(), dim, rng);
    weir::nn::init_context(named, domain, width_(), rng);
    return weir::Params(std::move(named));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    const Tensor e = weir::nn::context_features(params, context);
    return net().apply(params, joined(x, t), e).reshape_as(x);
  }

  std::shared_ptr<weir::Pass> pass(const weir::Params& params, const Tensor& x, const Tensor& t,
                                   const weir::Context& context) const override {
    return context.empty() ? net().pass(params, joined(x, t)) : nullptr;
  }

  bool taped() const override { return true; }

 private:
  Tensor joined(const Tensor& x, const Tensor& t) const {
    const Tensor tau =
        time_() == "fourier" ? weir::nn::time_features(t, features_(), highest_frequency) : t.unsqueeze(1);
    return at::cat({x.flatten(1), tau}, 1);
  }
};

}  // namespace

WEIR_PLUGIN(Mlp, "Multilayer perceptron in the point, the time and the context")
