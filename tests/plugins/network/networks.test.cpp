// tests/plugins/network/networks.test.cpp -- networks against their formulas and PyTorch's numbers, and what they are not made for.
#include <weir/kinds/learn/network.hpp>

#include "../values.hpp"
#include "../waves.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::FittedNetwork;
using weir::Network;
using weir::Tensor;
using Signature = Network::Signature;

std::string fault_of(const Network& network, const Signature& signature) {
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  network.plan_for(signature, plan);
  return faults.empty() ? "none" : faults.front().message;
}

std::vector<std::string> names_of(const weir::Params& params) {
  std::vector<std::string> names;
  for (const auto& [name, value] : params.tensors()) names.push_back(name);
  return names;
}

const weir::Domain::Entry label{.shape = {}, .classes = 3};

}  // namespace

TEST_CASE("An mlp takes its inputs in the order of their names, and labels one-hot", "[network][mlp]") {
  const auto network = make<Network>("network/mlp", {{"width", 5}, {"depth", 1}, {"activation", "tanh"}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p =
      network->init({{{"b", {.shape = {2}}}, {"a", {.shape = {2, 2}}}, {"label", label}}, {4}}, rng);
  CHECK(names_of(p) == std::vector<std::string>{"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias",
                                                "context.label.weight", "context.label.bias"});
  const weir::Rng draw(2, "inputs", f64);
  const Tensor a = draw.at("a").normal({3, 2, 2}), b = draw.at("b").normal({3, 2});
  const Tensor hot = at::tensor({0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0}, f64).view({3, 3});
  const weir::Context inputs{{"b", b}, {"a", a}, {"label", at::tensor({2, 0, 1}, at::kLong)}};
  const Tensor h = at::tanh(at::linear(at::cat({a.flatten(1), b}, 1), p["net.0.weight"], p["net.0.bias"]) +
                            at::linear(hot, p["context.label.weight"], p["context.label.bias"]));
  CHECK(at::allclose(network->features(p, inputs), h, 1e-13, 1e-14));
  CHECK(at::allclose(network->forward(p, inputs), at::linear(h, p["net.2.weight"], p["net.2.bias"]), 1e-13,
                     1e-14));
}

// The numbers of the next two cases: PyTorch 2.11.0 in float64, modules filled as waves.hpp says.
TEST_CASE("An mlp gives what its layers give in PyTorch", "[network][mlp]") {
  // net = Sequential(Linear(6, 5), Tanh(), Linear(5, 4)) and label = Linear(3, 5), whose parameters are context.label.*:
  // a = sin(arange(12)).view(3, 4), b = cos(arange(6)).view(3, 2); net[2](tanh(net[0](cat([a, b], 1)) + label(one_hot(c, 3))))
  const auto network = make<Network>("network/mlp", {{"width", 5}, {"depth", 1}, {"activation", "tanh"}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p =
      waves(network->init({{{"b", {.shape = {2}}}, {"a", {.shape = {4}}}, {"label", label}}, {4}}, rng));
  const Tensor y = network->forward(p, {{"a", at::sin(at::arange(12, f64)).view({3, 4})},
                                        {"b", at::cos(at::arange(6, f64)).view({3, 2})},
                                        {"label", at::tensor({2, 0, 1}, at::kLong)}});
  const Tensor expected =
      row_of({-0.60358693134053, 0.0147234082905711, -0.385764049325693, 0.192509178795555,
              -0.687181124311293, 0.107233310731074, -0.475432889916987, 0.267941247181712,
              -0.659245539110362, 0.0867620815521539, -0.465027636194593, 0.268924337498045});
  CHECK(at::allclose(y, expected.view({3, 4}), 0, 1e-14));  // 15 digits of numbers below one
}

TEST_CASE("A convolutional network gives what its layers give in PyTorch", "[network][convolutional]") {
  // conv = [Conv2d(2, 8, 3, 2, 1), Conv2d(8, 16, 3, 2, 1)], norm = [GroupNorm(2, 8), GroupNorm(4, 16)], out = Linear(32, 3);
  // h = sin(arange(112)).view(2, 2, 7, 4), twice h = silu(norm(conv(h))), then out(h.flatten(1))
  const auto network = make<Network>("network/convolutional", {{"width", 8}, {"layers", 2}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p = waves(network->init({{{"x", {.shape = {2, 7, 4}}}}, {3}}, rng));
  const Tensor y = network->forward(p, {{"x", at::sin(at::arange(112, f64)).view({2, 2, 7, 4})}});
  const Tensor expected = row_of({0.433071093379214, 0.159925381805828, 0.275811942014775, 0.474040698506383,
                                  0.141775245625319, 0.268150670034406});
  CHECK(at::allclose(y, expected.view({2, 3}), 0, 1e-13));
}

TEST_CASE("An mlp of no hidden layer is linear, and its features are its inputs", "[network][mlp]") {
  const auto network = make<Network>("network/mlp", {{"depth", 0}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p = network->init({{{"x", {.shape = {2}}}, {"label", label}}, {4}}, rng);
  CHECK(p["context.label.weight"].sizes() == at::IntArrayRef({4, 3}));
  const Tensor x = rng.at("x").normal({2, 2});
  const weir::Context inputs{{"x", x}, {"label", at::tensor({1, -1}, at::kLong)}};
  Tensor y = at::linear(x, p["net.0.weight"], p["net.0.bias"] + p["context.label.bias"]);
  y[0] += p["context.label.weight"].select(1, 1);
  CHECK(at::allclose(network->forward(p, inputs), y, 1e-13, 1e-14));
  CHECK(network->features(p, inputs).equal(x));
}

TEST_CASE("An mlp says what it is not made for, and what it misses", "[network][mlp]") {
  const auto network = make<Network>("network/mlp", {{"width", 5}});
  CHECK(fault_of(*network, {{{"x", {.shape = {2}}}}, {2, 2}}) ==
        "network/mlp gives [B, k], and an output of 2 dimensions is wanted here");
  CHECK(fault_of(*network, {{{"label", label}}, {2}}) ==
        "network/mlp needs an input of numbers, and is given labels alone");
  CHECK_THAT(
      fault_of(*make<Network>("network/mlp", {{"width", 100000}}), {{{"x", {.shape = {100000}}}}, {2}}),
      Catch::StartsWith("network/mlp with width 100000 and depth 2 from 100000 numbers to 2 would have 2e+10 "
                        "parameters"));
  weir::Rng rng(1, "init", f64);
  const weir::Params p =
      network->init({{{"x", {.shape = {2}}}, {"y", {.shape = {3}}}, {"label", label}}, {4}}, rng);
  const Tensor x = at::zeros({2, 2}, f64), labels = at::zeros({2}, at::kLong);
  CHECK_THROWS_WITH(network->forward(p, {{"x", x}, {"label", labels}}),
                    "this network was made for rows of 5 numbers, and is given 2: x");
  CHECK_THROWS_WITH(network->forward(p, {{"x", x}}),
                    "this network takes 'label' beside its other inputs, and is asked without it");
}

TEST_CASE("A convolutional network halves its image at each layer, rounded up", "[network][convolutional]") {
  const auto network = make<Network>("network/convolutional", {{"width", 4}, {"layers", 2}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p = network->init({{{"x", {.shape = {2, 7, 4}}}}, {3}}, rng);
  CHECK(names_of(p) == std::vector<std::string>{"conv.0.weight", "conv.0.bias", "norm.0.weight",
                                                "norm.0.bias", "conv.1.weight", "conv.1.bias",
                                                "norm.1.weight", "norm.1.bias", "out.weight", "out.bias"});
  CHECK(p["out.weight"].sizes() == at::IntArrayRef({3, 8 * 2 * 1}));
  const Tensor x = rng.at("x").normal({5, 2, 7, 4});
  Tensor h = at::conv2d(x, p["conv.0.weight"], p["conv.0.bias"], 2, 1);
  h = at::silu(at::group_norm(h, 1, p["norm.0.weight"], p["norm.0.bias"]));
  h = at::conv2d(h, p["conv.1.weight"], p["conv.1.bias"], 2, 1);
  h = at::silu(at::group_norm(h, 2, p["norm.1.weight"], p["norm.1.bias"])).flatten(1);
  CHECK(at::allclose(network->features(p, {{"x", x}}), h, 1e-13, 1e-14));
  CHECK(at::allclose(network->forward(p, {{"x", x}}), at::linear(h, p["out.weight"], p["out.bias"]), 1e-13,
                     1e-14));
  CHECK(fault_of(*network, {{{"x", {.shape = {2}}}}, {3}}) ==
        "network/convolutional is for images {channel, height, width}, and 'x' has 1 dimension");
  CHECK(fault_of(*network, {{{"label", label}}, {3}}) ==
        "network/convolutional is for images {channel, height, width}, and 'label' is a label");
  CHECK_THROWS_WITH(network->forward(p, {}), "network/convolutional takes one image, and is given 0 inputs");
}

TEST_CASE("A trained network is asked as it was trained, and starts from where that ended", "[network]") {
  const auto model = make<Network>("network/mlp", {{"width", 5}, {"depth", 1}});
  const Signature trained{{{"x", {.shape = {2}}}, {"label", label}}, {4}};
  FittedNetwork fitted(*model, trained);
  CHECK(fault_of(fitted, trained) == "none");
  CHECK(fault_of(fitted, {{{"x", {.shape = {2}}}}, {4}}) ==
        "this network was trained with an input 'label', and is asked here without it");
  CHECK(fault_of(fitted, {{{"x", {.shape = {3}}}, {"label", label}}, {4}}) ==
        "this network was trained with 'x' of shape [2], and is given [3] here");
  CHECK(fault_of(fitted, {{{"x", {.shape = {2}}}, {"label", {.shape = {}, .classes = 5}}}, {4}}) ==
        "this network was trained with 3 classes of 'label', and is given 5 here");
  CHECK(fault_of(fitted, {{{"x", {.shape = {2}}}, {"label", label}, {"y", {.shape = {1}}}}, {4}}) ==
        "this network was trained without 'y', which it is given here");
  CHECK(fault_of(fitted, {trained.inputs, {2}}) ==
        "this network was trained to give [4] for a row, and [2] is wanted here");

  weir::Rng one(1, "init", f64), other(2, "init", f64);
  const weir::Params params = model->init(trained, one);
  fitted.set(params);
  CHECK(fitted.init(trained, other)["net.0.weight"].equal(params["net.0.weight"]));
  CHECK_FALSE(fitted.init(trained, other)["net.0.weight"].is_same(params["net.0.weight"]));
}
