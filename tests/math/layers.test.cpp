// tests/math/layers.test.cpp -- layers against ATen's own, and their initial parameters.
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include <weir/math/autograd/layers.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Rng;
using weir::Tensor;
namespace nn = weir::nn;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

}  // namespace

TEST_CASE("Initial weights and biases fill U(-1/sqrt(fan_in), 1/sqrt(fan_in)), as PyTorch's do",
          "[math][layers]") {
  Rng rng(1, "init", f64);
  nn::Named named;
  nn::init_linear(named, "a", 100, 300, rng);
  nn::init_conv2d(named, "b", 4, 200, 5, rng);
  for (const auto& [name, tensor] : named) {
    INFO(name);
    CHECK(tensor.abs().max().item<double>() <= 0.1);
    if (tensor.numel() < 1000) continue;
    // A uniform law on (-0.1, 0.1): variance 0.01 / 3, whose estimate from n draws has relative error sqrt(0.8 / n).
    const double n = static_cast<double>(tensor.numel());
    CHECK(tensor.var().item<double>() == Approx(0.01 / 3).epsilon(5 * std::sqrt(0.8 / n)));
    CHECK(std::abs(tensor.mean().item<double>()) < 5 * 0.1 / std::sqrt(3 * n));
  }
  CHECK(named[0].second.sizes() == at::IntArrayRef({300, 100}));
  CHECK(named[2].second.sizes() == at::IntArrayRef({200, 4, 5, 5}));
}

TEST_CASE("A further layer changes no other layer's initial numbers", "[math][layers]") {
  Rng rng(1, "init", f64);
  nn::Named alone, together;
  nn::init_linear(alone, "b", 3, 4, rng);
  nn::init_linear(together, "a", 5, 3, rng);
  nn::init_linear(together, "b", 3, 4, rng);
  CHECK(at::equal(alone[0].second, together[2].second));
  CHECK(at::equal(alone[1].second, together[3].second));
  CHECK_FALSE(at::equal(together[0].second.slice(1, 0, 3), together[2].second.slice(0, 0, 3)));
}

TEST_CASE("Time features are sines and cosines of frequencies from 1 to the highest", "[math][layers]") {
  const Tensor t = at::tensor({0.0, 0.1, 0.7}, f64);
  const Tensor features = nn::time_features(t, 6, 16);
  REQUIRE(features.sizes() == at::IntArrayRef({3, 6}));
  const double frequencies[] = {1, 4, 16};
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 3; ++k) {
      const double phase = 2 * std::numbers::pi * frequencies[k] * t[i].item<double>();
      CHECK(features[i][k].item<double>() == Approx(std::sin(phase)).margin(1e-12));
      CHECK(features[i][k + 3].item<double>() == Approx(std::cos(phase)).margin(1e-12));
    }
  }
  CHECK_THROWS_WITH(nn::time_features(t, 5, 16), "time features need an even width, not 5");
}

TEST_CASE("A missing parameter is named together with those that there are", "[math][layers]") {
  const weir::Params params({{"net.0.weight", at::ones({1, 1})}, {"net.0.bias", at::ones({1})}});
  CHECK_THROWS_WITH(params["net.1.bias"],
                    "there is no parameter 'net.1.bias'; there are: net.0.weight, net.0.bias");
  CHECK_THROWS_WITH(weir::Params()["w"], "there is no parameter 'w'; there are none");
  CHECK_THROWS_WITH(params.with({at::ones({1})}), "1 tensors given for 2 parameters");
}

TEST_CASE("Copies of parameters share their tensors, clones do not", "[math][layers]") {
  const weir::Params params({{"w", at::ones({2})}});
  const weir::Params shared = params.requiring_grad();
  const weir::Params own = params.clone();
  params["w"].add_(1);
  CHECK(shared["w"][0].item<float>() == 2);
  CHECK(own["w"][0].item<float>() == 1);
  CHECK(shared["w"].requires_grad());
  CHECK_FALSE(params["w"].requires_grad());
  CHECK(params.count() == 2);
}

TEST_CASE("Groups of a norm are as many as divide the channels, of four channels or more, and at most eight",
          "[math][layers]") {
  for (const auto& [channels, groups] : std::vector<std::pair<int, int>>{{1, 1},
                                                                         {3, 1},
                                                                         {4, 1},
                                                                         {8, 2},
                                                                         {10, 2},
                                                                         {12, 3},
                                                                         {14, 2},
                                                                         {20, 5},
                                                                         {32, 8},
                                                                         {36, 6},
                                                                         {64, 8},
                                                                         {100, 5}}) {
    INFO(channels);
    CHECK(nn::groups_of(channels) == groups);
  }
}
