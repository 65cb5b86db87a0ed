// tests/plugins/field/mlp.test.cpp -- the perceptron against its formula and PyTorch's numbers.
#include <cmath>

#include <weir/kinds/flow/field.hpp>

#include "../values.hpp"
#include "../waves.hpp"

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

TEST_CASE("An mlp of two hidden layers has the velocities of a torch.nn.Sequential", "[field][mlp]") {
  // PyTorch 2.11.0 in float64: self.net = Sequential(Linear(3, 5), ReLU(), Linear(5, 5), ReLU(), Linear(5, 2)) and the like, filled as
  // waves.hpp says; net(torch.cat([torch.sin(torch.arange(6.)).view(3, 2), torch.tensor([[0.1], [0.4], [0.9]])], 1))
  const auto [name, expected] = GENERATE(
      table<std::string, std::vector<double>>({{"relu",
                                                {0.00587422596488456, 0.252996626324843, 0.00355458566561563,
                                                 0.256268870613015, -0.00331228638361024, 0.265559259440386}},
                                               {"tanh",
                                                {-0.144744835300983, 0.421712493880932, -0.144414140747594,
                                                 0.422169630217548, -0.144654240778178, 0.418359809961329}},
                                               {"silu",
                                                {-0.0560880577263824, 0.308576146588625, -0.056164281838259,
                                                 0.30891351625546, -0.0575922013567489, 0.310149650793437}},
                                               {"gelu",
                                                {-0.0502245684989218, 0.302369592196807, -0.0504014437494627,
                                                 0.302793134828796, -0.0528723198857222, 0.305657196285463}},
                                               {"selu",
                                                {-0.230237085343833, 0.51564929295961, -0.229544228177863,
                                                 0.515106189255604, -0.2293974982163, 0.507260300346147}}}));
  INFO(name);
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 2}, {"activation", name}});
  weir::Rng rng(1, "mlp", f64);
  const Tensor v = field->velocity(waves(field->init({2}, rng)), at::sin(at::arange(6, f64)).view({3, 2}),
                                   row_of({0.1, 0.4, 0.9}));
  CHECK(at::allclose(v, row_of(expected).view({3, 2}), 0, 1e-14));  // 15 digits of numbers below one
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
