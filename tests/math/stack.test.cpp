// tests/math/stack.test.cpp -- linear layers as one function of autograd, against the layers one by one.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

#include <weir/math/autograd/mlp.hpp>
#include <weir/math/autograd/stack.hpp>
#include <weir/math/autograd/tape.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Params;
using weir::Rng;
using weir::Tensor;
namespace nn = weir::nn;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
const std::vector<std::string> layers = {"net.0", "net.2", "net.4"};

struct Network {
  Params params;
  Tensor x, e;
};

Network network(const at::TensorOptions& options = f64) {
  Rng rng(3, "stack", options);
  nn::Named named;
  nn::Mlp{5, 2, "silu"}.init(named, 3, 2, rng);
  return {Params(std::move(named)), 2 * rng.at("x").normal({7, 3}), rng.at("e").normal({7, 5})};
}

// By PyTorch's own functions, each differentiated by autograd.
Tensor one_by_one(const Params& p, const std::string& activation, const Tensor& x, const Tensor& e) {
  const auto act = [&](const Tensor& y) {
    return activation == "silu"   ? at::silu(y)
           : activation == "relu" ? at::relu(y)
           : activation == "tanh" ? at::tanh(y)
           : activation == "selu" ? at::selu(y)
                                  : at::gelu(y);
  };
  Tensor y = at::linear(x, p["net.0.weight"], p["net.0.bias"]);
  if (e.defined()) y = y + e;
  y = at::linear(act(y), p["net.2.weight"], p["net.2.bias"]);
  return at::linear(act(y), p["net.4.weight"], p["net.4.bias"]);
}

Tensor stacked(const Params& p, const std::string& activation, const Tensor& x, const Tensor& e) {
  return nn::stack(p, layers, nn::activation_of(activation), x, e);
}

// d loss / d (parameters, x, e) for a loss that weighs the outputs unequally.
std::vector<Tensor> gradients_of(const Tensor& y, const Params& p, std::vector<Tensor> others,
                                 bool create_graph = false) {
  std::vector<Tensor> inputs = p.values();
  inputs.insert(inputs.end(), others.begin(), others.end());
  return torch::autograd::grad({(y.sin() * y).sum()}, inputs, {}, create_graph, create_graph);
}

bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::ranges::equal(a, b, [](const Tensor& x, const Tensor& y) { return x.equal(y); });
}

}  // namespace

TEST_CASE("A stack has the values and gradients of its layers, to the bit", "[math][stack]") {
  for (const auto& options : {f64, at::TensorOptions(at::kFloat)}) {
    const Network of = network(options);
    for (const std::string& activation : nn::activations()) {
      for (const bool told : {false, true}) {
        INFO(activation << " " << told);
        const Params p = of.params.requiring_grad();
        const Tensor x = of.x.detach().requires_grad_(true),
                     e = told ? of.e.detach().requires_grad_(true) : Tensor();
        std::vector<Tensor> others{x};
        if (told) others.push_back(e);
        const Tensor y = stacked(p, activation, x, e), wanted = one_by_one(p, activation, x, e);
        CHECK(y.equal(wanted));
        CHECK(y.grad_fn()->name() == "StackBackward");
        CHECK(same(gradients_of(y, p, others), gradients_of(wanted, p, others)));
        CHECK(stacked(of.params, activation, of.x, told ? of.e : Tensor()).equal(wanted.detach()));
      }
    }
  }
}

TEST_CASE("A stack can be differentiated twice", "[math][stack]") {
  const Network of = network();
  for (const std::string& activation : nn::activations()) {
    INFO(activation);
    std::vector<std::vector<Tensor>> found;
    for (const auto& network : {stacked, one_by_one}) {
      const Params p = of.params.requiring_grad();
      const Tensor x = of.x.detach().requires_grad_(true), e = of.e.detach().requires_grad_(true);
      const std::vector<Tensor> first = gradients_of(network(p, activation, x, e), p, {x, e}, true);
      Tensor penalty;
      for (const Tensor& each : first)
        penalty = penalty.defined() ? penalty + each.square().sum() : each.square().sum();
      std::vector<Tensor> inputs = p.values();
      inputs.insert(inputs.end(), {x, e});
      found.push_back(torch::autograd::grad({penalty}, inputs, {}, false, false, /*allow_unused=*/true));
    }
    REQUIRE(found[0].size() == found[1].size());
    for (std::size_t i = 0; i < found[0].size(); ++i) {
      REQUIRE(found[0][i].defined() == found[1][i].defined());
      if (found[0][i].defined()) CHECK(at::allclose(found[0][i], found[1][i], 1e-12, 1e-12));
    }
  }
}

TEST_CASE("The gradient by the points alone asks none of the parameters", "[math][stack]") {
  const Network of = network();
  const Tensor x = of.x.detach().requires_grad_(true);
  const Tensor of_stack = weir::grad(stacked(of.params, "tanh", x, {}).sum(), {x}, /*retain_graph=*/true)[0];
  CHECK(of_stack.equal(weir::grad(one_by_one(of.params, "tanh", x, {}).sum(), {x})[0]));
}

TEST_CASE("The way back of a stack gives autograd's gradients, per sample too", "[math][stack]") {
  const Network of = network();
  const auto pass = nn::Mlp{5, 2, "gelu"}.pass(of.params, of.x);
  const Params live = of.params.requiring_grad();
  const auto losses = [&](const Params& p) {
    return (nn::Mlp{5, 2, "gelu"}.apply(p, of.x) - 1).square().sum(1);
  };
  CHECK(pass->output().equal(one_by_one(of.params, "gelu", of.x, {})));
  const weir::Gradients found = pass->backward(2 * (pass->output() - 1) / 7.0, /*per_sample=*/true);
  weir::Tape tape;
  const weir::Gradients wanted = weir::gradients(losses(live.taped(tape)), live, &tape);
  const auto looped = weir::gradients_by_loop(losses(live), live);
  for (std::size_t i = 0; i < wanted.mean.size(); ++i)
    CHECK(at::allclose(found.mean[i], wanted.mean[i], 1e-12, 1e-13));
  REQUIRE(found.per_sample->layers.size() == 3);
  for (std::size_t l = 0; l < 3; ++l) {
    const auto& [name, layer] = found.per_sample->layers[l];
    CHECK(name == layers[l]);
    CHECK(name == wanted.per_sample->layers[l].first);
    CHECK(at::allclose(layer->dense(), looped.layers[l].second->dense(), 1e-12, 1e-13));
    CHECK(at::allclose(wanted.per_sample->layers[l].second->dense(), looped.layers[l].second->dense(), 1e-12,
                       1e-13));
  }
}

TEST_CASE("A stack that the losses do not reach has gradients of zero, per sample too", "[math][stack]") {
  const Network of = network();
  nn::Named named;
  Rng rng(4, "beside", f64);
  nn::init_linear(named, "beside", 3, 2, rng);
  const Params live = of.params.joined(Params(named)).requiring_grad();
  weir::Tape tape;
  const Params seen = live.taped(tape);
  (void)nn::stack(seen, layers, nn::activation_of("silu"), of.x, {});
  const Tensor losses = nn::linear(seen, "beside", of.x).square().sum(1);
  const weir::Gradients found = weir::gradients(losses, live, &tape);
  REQUIRE(found.per_sample->layers.size() == 4);
  for (std::size_t l = 0; l < 3; ++l) {
    const Tensor norms = found.per_sample->layers[l].second->norms();
    CHECK(norms.sizes() == at::IntArrayRef({7}));
    CHECK(norms.abs().max().item<double>() == 0);
    CHECK(found.mean[2 * l].abs().max().item<double>() == 0);
  }
  CHECK(found.per_sample->layers[3].second->norms().min().item<double>() > 0);
}
