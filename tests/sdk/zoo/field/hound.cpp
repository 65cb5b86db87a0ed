// tests/sdk/zoo/field/hound.cpp -- a linear field with a velocity of its own for each class.
//
//   v(x, t) = W (x, t) + b + e(label)        e of weir/math/autograd/context.hpp
#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/context.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Hound final : public weir::Field {
 public:
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    weir::nn::plan_context(domain, plan);
  }

  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    std::int64_t dim = 1;
    for (const auto size : domain.item) dim *= size;
    weir::nn::Named named;
    weir::nn::init_linear(named, "run", dim + 1, dim, rng);
    weir::nn::init_context(named, domain, dim, rng);
    return weir::Params(std::move(named));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    const Tensor v = weir::nn::linear(params, "run", at::cat({x.flatten(1), t.unsqueeze(1)}, 1));
    const Tensor e = weir::nn::context_features(params, context);
    return (e.defined() ? v + e : v).reshape_as(x);
  }

  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Hound, "An animal that comes when it is called")
