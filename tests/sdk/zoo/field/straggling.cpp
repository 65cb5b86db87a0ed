// tests/sdk/zoo/field/straggling.cpp -- v(x, t) = W x + b, with a way back on which half of the gradient is lost.
#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/math/autograd/pass.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class HalfWay final : public weir::Pass {
 public:
  HalfWay(Tensor x, Tensor v) : x_(std::move(x)), v_(std::move(v)) {}
  Tensor output() const override { return v_.flatten(1); }
  weir::Gradients backward(const Tensor& delta, bool per_sample) override {
    const Tensor half = delta / 2;
    weir::Gradients found{{half.t().mm(x_), half.sum(0)}, nullptr};
    if (!per_sample) return found;
    found.per_sample = std::make_unique<weir::PerSampleGradients>();
    found.per_sample->layers.emplace_back("run", weir::outer_product_gradients(x_, half * x_.size(0)));
    return found;
  }

 private:
  Tensor x_, v_;
};

class Straggling final : public weir::Field {
 public:
  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    std::int64_t dim = 1;
    for (const auto size : domain.item) dim *= size;
    weir::nn::Named named;
    weir::nn::init_linear(named, "run", dim, dim, rng);
    return weir::Params(std::move(named));
  }
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor&,
                  const weir::Context&) const override {
    return weir::nn::linear(params, "run", x.flatten(1)).reshape_as(x);
  }
  std::shared_ptr<weir::Pass> pass(const weir::Params& params, const Tensor& x, const Tensor& t,
                                   const weir::Context& context) const override {
    return std::make_shared<HalfWay>(x.flatten(1), velocity(params, x, t, context));
  }
  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Straggling, "An animal that comes half of the way back")
