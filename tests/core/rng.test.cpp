// tests/core/rng.test.cpp -- addressed random numbers: what a number depends on, and what not.
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include <weir/rng.hpp>

using weir::Rng;
using weir::Tensor;

namespace {

const at::TensorOptions float64 = at::TensorOptions().dtype(at::kDouble);
const at::TensorOptions float32 = at::TensorOptions().dtype(at::kFloat);

struct Law {
  const char* name;
  Tensor (*draw)(Rng& rng, at::IntArrayRef shape);
};
const std::vector<Law> laws = {
    {"normal", [](Rng& rng, at::IntArrayRef shape) { return rng.normal(shape); }},
    {"uniform", [](Rng& rng, at::IntArrayRef shape) { return rng.uniform(shape); }},
    {"integers", [](Rng& rng, at::IntArrayRef shape) { return rng.integers(1'000'000'007, shape); }}};

Rng address() { return Rng(7, "train", float64).at("pairs", 5); }

}  // namespace

TEST_CASE("A number depends on its address alone", "[rng]") {
  Rng node(7, "train", float64);
  Rng other = node.at("noise", 3);
  other.normal({100});  // what was drawn elsewhere before does not matter

  CHECK(at::equal(node.at("pairs", 5).normal({4}), address().normal({4})));
}

TEST_CASE("Seed, node, stream and step each give other numbers", "[rng]") {
  const Tensor x = address().normal({4});

  CHECK_FALSE(at::equal(x, Rng(8, "train", float64).at("pairs", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train2", float64).at("pairs", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train", float64).at("time", 5).normal({4})));
  CHECK_FALSE(at::equal(x, Rng(7, "train", float64).at("pairs", 6).normal({4})));
}

TEST_CASE("The first rows of a draw are the same however many rows are drawn", "[rng]") {
  for (const auto& options : {float64, float32})
    for (const Law& law : laws)
      for (const std::int64_t width : {1, 3, 784}) {
        INFO(law.name << " of width " << width);
        Rng all(3, "node", options);
        const Tensor rows = law.draw(all, {1000, width});

        for (const std::int64_t n : {1, 10, 333}) {
          Rng first(3, "node", options);
          CHECK(at::equal(rows.narrow(0, 0, n), law.draw(first, {n, width})));
        }
      }
}

TEST_CASE("A draw is the same for any number of threads", "[rng]") {
  const int threads = at::get_num_threads();
  for (const auto& options : {float64, float32})
    for (const Law& law : laws) {
      INFO(law.name);
      Rng one(3, "node", options), four(3, "node", options);
      at::set_num_threads(1);
      const Tensor alone = law.draw(one, {400'003});
      at::set_num_threads(4);
      const Tensor together = law.draw(four, {400'003});

      CHECK(at::equal(alone, together));
    }
  at::set_num_threads(threads);
}

TEST_CASE("Draws from one address are disjoint parts of one stream", "[rng]") {
  const std::int64_t n = 20'000, several = 5;
  for (const Law& law : laws) {
    INFO(law.name);
    Rng rng = address();
    std::vector<Tensor> draws;
    for (std::int64_t k = 0; k < several; ++k) draws.push_back(law.draw(rng, {n}));
    const Tensor all = at::cat(draws);
    const std::int64_t distinct = std::get<0>(at::_unique2(all)).numel();

    // Integers below 10^9 meet by chance in about 5 of 5 10^9 pairs.
    CHECK(all.numel() - distinct <= (all.is_floating_point() ? 0 : 20));
  }
}

TEST_CASE("A draw does not depend on what the draws before it were", "[rng]") {
  Rng a = address(), b = address();
  a.normal({1000});
  b.permutation(3);

  CHECK(at::equal(a.uniform({5}), b.uniform({5})));
}

TEST_CASE("A float32 draw has the leading bits of the float64 draw", "[rng]") {
  const std::int64_t n = 1'000'000;
  const std::uint64_t seed = GENERATE(1, 2, 3);
  Rng narrow(seed, "node", float32), wide(seed, "node", float64);

  const Tensor u32 = narrow.uniform({n}).to(at::kDouble), u64 = wide.uniform({n});
  CHECK(at::equal(u32, at::floor(u64 * 0x1p24) * 0x1p-24));

  const Tensor difference = at::abs(narrow.normal({n}).to(at::kDouble) - wide.normal({n}));
  CHECK((difference > 1e-6).sum().item<std::int64_t>() < 1e-5 * n + 5 * std::sqrt(1e-5 * n));
  CHECK(difference.max().item<double>() < 1e-2);  // a radius of 6.3, whose word leads with 30 zeros, once in 10^9

  CHECK(at::equal(narrow.integers(10, {100}), wide.integers(10, {100})));
  CHECK(at::equal(narrow.permutation(100), wide.permutation(100)));
}

TEST_CASE("Draws have the options' dtype, and integers int64", "[rng]") {
  Rng rng(3, "node", float32);

  CHECK(rng.normal({2, 3}).sizes() == at::IntArrayRef{2, 3});
  CHECK(rng.normal({2}).scalar_type() == at::kFloat);
  CHECK(rng.uniform({}).dim() == 0);
  CHECK(rng.normal({0, 3}).numel() == 0);
  CHECK(rng.integers(3, {2}).scalar_type() == at::kLong);
  CHECK(rng.permutation(0).numel() == 0);
  CHECK_THROWS_WITH(rng.integers(0, {2}), "integers in [0, 0): there are none");
}

TEST_CASE("A permutation holds every index once, integers stay in range", "[rng]") {
  Rng rng(3, "node", float64);

  CHECK(at::equal(std::get<0>(at::sort(rng.permutation(100'000))), at::arange(100'000, at::kLong)));
  const Tensor i = rng.integers(5, {1000});
  CHECK(i.min().item<std::int64_t>() == 0);
  CHECK(i.max().item<std::int64_t>() == 4);
}

TEST_CASE("An Rng is a generator of <random>, with a draw for each number", "[rng]") {
  static_assert(std::uniform_random_bit_generator<Rng>);
  Rng words = address(), integers = address();
  std::vector<std::uint64_t> drawn;
  for (int k = 0; k < 3; ++k) drawn.push_back(words());

  for (int k = 0; k < 3; ++k)  // the word of an integer is the draw's first
    CHECK(integers.integers(1 << 20, {1}).item<std::int64_t>() == static_cast<std::int64_t>(drawn[k] >> 44));

  Rng rng = address();
  std::poisson_distribution<int> poisson(3);
  const int n = 20'000;
  double sum = 0;
  for (int k = 0; k < n; ++k) sum += poisson(rng);
  CHECK(std::abs(sum / n - 3) < 4 * std::sqrt(3.0 / n));
}

TEST_CASE("A CUDA device draws the bits that the CPU draws", "[rng][cuda]") {
  if (!at::hasCUDA()) {
    SUCCEED("there is no CUDA device");
    return;
  }
  for (const auto& options : {float64, float32})
    for (const Law& law : laws)
      for (const std::int64_t n : {3, 1'000'000}) {
        INFO(law.name << " of " << n);
        Rng cpu(3, "node", options), cuda(3, "node", options.device(at::kCUDA));
        const Tensor drawn = law.draw(cuda, {n});

        CHECK(drawn.is_cuda());
        CHECK(at::equal(drawn.cpu(), law.draw(cpu, {n})));
      }
  CHECK(at::equal(Rng(3, "node", float32.device(at::kCUDA)).permutation(1000).cpu(),
                  Rng(3, "node", float32).permutation(1000)));
}
