// tests/core/rng.test.cpp -- addressed random numbers.
#include <catch2/catch.hpp>

#include <weir/rng.hpp>

using weir::Rng;
using weir::Tensor;

namespace {

const at::TensorOptions float64 = at::TensorOptions().dtype(at::kDouble);

}  // namespace

TEST_CASE("A number depends on its address alone", "[rng]") {
  Rng node(7, "train", float64);
  Rng other = node.at("noise", 3);
  other.normal({100});  // what was drawn elsewhere before does not matter

  CHECK(at::equal(node.at("pairs", 5).normal({4}), Rng(7, "train", float64).at("pairs", 5).normal({4})));
}

TEST_CASE("Seed, node, stream and step each give other numbers", "[rng]") {
  const Tensor x = Rng(7, "train", float64).at("pairs", 5).normal({4});

  CHECK_FALSE(at::equal(x, Rng(8, "train", float64).at("pairs", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train2", float64).at("pairs", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train", float64).at("time", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train", float64).at("pairs", 6).normal({4})));
}

TEST_CASE("Draws from one address are consecutive parts of one stream", "[rng]") {
  Rng rng(7, "train", float64);
  const Tensor first = rng.uniform({3}), second = rng.uniform({3});

  CHECK_FALSE(at::equal(first, second));
}

TEST_CASE("Numbers of neighbouring addresses are uncorrelated standard normals", "[rng]") {
  const std::int64_t n = 20'000;
  std::vector<Tensor> first;
  for (std::int64_t step = 0; step < n; ++step)
    first.push_back(Rng(1, "node", float64).at("z", step).normal({1}));
  const Tensor x = at::cat(first);
  const double se = 1 / std::sqrt(double(n));

  CHECK(std::abs(x.mean().item<double>()) < 4 * se);
  CHECK(std::abs(x.var().item<double>() - 1) < 4 * std::sqrt(2.0) * se);
  const double correlation = (x.slice(0, 0, n - 1) * x.slice(0, 1, n)).mean().item<double>();
  CHECK(std::abs(correlation) < 4 * se);
}

TEST_CASE("A permutation holds every index once, integers stay in range", "[rng]") {
  Rng rng(3, "node", float64);

  CHECK(at::equal(std::get<0>(at::sort(rng.permutation(100))), at::arange(100, at::kLong)));
  const Tensor i = rng.integers(5, {1000});
  CHECK(i.min().item<std::int64_t>() == 0);
  CHECK(i.max().item<std::int64_t>() == 4);
}
