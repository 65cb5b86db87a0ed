// tests/plugins/field/mlp.test.cpp -- the perceptron against its formula.
#include <cmath>

#include <weir/kinds/flow/field.hpp>

#include "../make.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("An mlp with one hidden layer is W2 act(W1 (x, t) + b1) + b2", "[field][mlp]") {
  const auto [name, activate] = GENERATE(table<std::string, Tensor (*)(const Tensor&)>({
      {"relu", [](const Tensor& x) { return x.clamp_min(0); }},
      {"tanh", [](const Tensor& x) { return 1 - 2 / (1 + (2 * x).exp()); }},
      {"silu", [](const Tensor& x) { return x / (1 + (-x).exp()); }},
      {"gelu", [](const Tensor& x) { return x / 2 * (1 + at::erf(x / std::sqrt(2.0))); }},
      {"selu",
       [](const Tensor& x) {
         return 1.0507009873554805 * at::where(x > 0, x, 1.6732632423543772 * (x.exp() - 1));
       }},
  }));
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 1}, {"activation", name}});
  weir::Rng rng(1, "mlp", f64);
  const weir::Params p = field->init({2}, rng);
  const Tensor x = rng.at("x").normal({4, 2});
  const Tensor t = rng.at("t").uniform({4});

  const Tensor v = field->velocity(p, x, t);

  const Tensor w = p["net.0.weight"];
  REQUIRE(w.sizes() == at::IntArrayRef({5, 3}));
  const Tensor hidden = x.mm(w.slice(1, 0, 2).t()) + at::outer(t, w.select(1, 2)) + p["net.0.bias"];
  CHECK(at::allclose(v, activate(hidden).mm(p["net.2.weight"].t()) + p["net.2.bias"], 1e-12, 1e-12));
}

TEST_CASE("An mlp names its parameters as a torch.nn.Sequential does", "[field][mlp]") {
  weir::Rng rng(1, "mlp", f64);
  const weir::Params p = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}})->init({3}, rng);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : p.tensors()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias",
                                          "net.4.weight", "net.4.bias"});
  CHECK(p.count() == (4 * 8 + 8) + (8 * 8 + 8) + (8 * 3 + 3));
}

TEST_CASE("With time: fourier an mlp sees t through sines and cosines only", "[field][mlp]") {
  const auto field = make<weir::Field>("field/mlp", {{"width", 8}, {"time", "fourier"}, {"features", 6}});
  weir::Rng rng(1, "mlp", f64);
  const weir::Params p = field->init({2}, rng);
  CHECK(p["net.0.weight"].size(1) == 8);
  const Tensor x = rng.normal({3, 2});
  // The lowest frequency is 1 and the others (4, 16) are whole numbers: t = 0 and t = 1 cannot be told apart.
  CHECK(at::allclose(field->velocity(p, x, at::zeros({3}, f64)), field->velocity(p, x, at::ones({3}, f64)),
                     1e-9, 1e-9));
  CHECK_FALSE(at::allclose(field->velocity(p, x, at::zeros({3}, f64)),
                           field->velocity(p, x, at::full({3}, 0.3, f64)), 1e-3, 1e-3));
}

TEST_CASE("An mlp that is too large, or has an odd number of features, is a fault", "[field][mlp]") {
  CHECK(plan(*make("field/mlp", {{"time", "fourier"}, {"features", 7}})).at(0).message ==
        "features must be even (half sines, half cosines), not 7");
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  make<weir::Field>("field/mlp", {{"width", 1000}})->plan_for({1000000, 1000000}, plan);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].place.file == "width");
  CHECK(faults[0].message ==
        "field/mlp with width 1000 and depth 3 for items of 1000000000000 numbers would have 2e+15 "
        "parameters; at most 2147483647 are possible");
}
