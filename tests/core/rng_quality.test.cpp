// tests/core/rng_quality.test.cpp -- addressed random numbers: no streams coincide, and the numbers obey their laws. Every
// check is made for three seeds; a true law fails one of them once in some 10^4 sets of seeds.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <weir/rng.hpp>

using weir::Rng;
using weir::Tensor;

namespace {

const at::TensorOptions float64 = at::TensorOptions().dtype(at::kDouble);
const at::TensorOptions float32 = at::TensorOptions().dtype(at::kFloat);

template <class T>
bool all_distinct(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) == values.end();
}

// Kolmogorov's distance of `p`, the values' places by their law's distribution function, from evenness, times sqrt(n):
// beyond 2.23 once in 10^4.
double distance_from_even(const Tensor& p) {
  const Tensor sorted = std::get<0>(at::sort(p.to(at::kDouble).flatten()));
  const auto n = static_cast<double>(sorted.numel());
  const Tensor below = at::arange(sorted.numel(), at::kDouble) / n;
  return std::sqrt(n) *
         std::max((sorted - below).max().item<double>(), (below + 1 / n - sorted).max().item<double>());
}

Tensor normal_cdf(const Tensor& z) { return at::special_ndtr(z.to(at::kDouble)); }

// Chi-square of counts that should be even, in standard deviations from its mean.
double chi_square_deviation(const Tensor& counts) {
  const Tensor c = counts.to(at::kDouble);
  const double expected = c.mean().item<double>(), degrees = static_cast<double>(c.numel() - 1);
  return (((c - expected).pow(2) / expected).sum().item<double>() - degrees) / std::sqrt(2 * degrees);
}

double in_standard_errors_of_zero(const Tensor& x) {
  return x.mean().item<double>() / (x.std().item<double>() / std::sqrt(static_cast<double>(x.numel())));
}

}  // namespace

// Of 32 bits of these keys four pairs are the same at seed 1, and six at seed 211, steps 1254 and 2230 among them.
TEST_CASE("No two of 200 000 streams of a training coincide", "[rng]") {
  const std::uint64_t seed = GENERATE(1, 211);
  const Rng train(seed, "train", float32);
  std::vector<std::uint64_t> keys, words;
  std::vector<std::array<float, 4>> times;
  for (std::int64_t step = 0; step < 200'000; ++step) {
    Rng time = train.at("step", step).at("time");
    keys.push_back(time.key());
    const Tensor first = time.uniform({4});
    times.push_back({});
    std::copy_n(first.data_ptr<float>(), 4, times.back().begin());
    words.push_back(time());
  }
  CHECK(all_distinct(keys));
  CHECK(all_distinct(words));
  CHECK(all_distinct(times));
}

TEST_CASE("No two of a million addresses over seeds, nodes and steps coincide", "[rng]") {
  std::vector<std::uint64_t> keys, words;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (const char* node : {"a", "b", "aa", "train", "trains", "train.field", "base", "noise", "0", "1"})
      for (const char* stream : {"", "x", "step", "init", "a long name of some stream"})
        for (std::int64_t step = 0; step < 2000; ++step) {
          Rng rng = Rng(seed, node, float64).at(stream, step);
          keys.push_back(rng.key());
          words.push_back(rng());
        }
  CHECK(keys.size() == 1'000'000);
  CHECK(all_distinct(keys));
  CHECK(all_distinct(words));
}

TEST_CASE("Normal numbers are normal, in float32 and float64", "[rng]") {
  const auto& options = GENERATE(float64, float32);
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const Tensor z = Rng(seed, "node", options).normal({1'000'000}).to(at::kDouble);

  CHECK(std::abs(in_standard_errors_of_zero(z)) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(z.pow(2) - 1)) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(z.pow(3))) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(z.pow(4) - 3)) < 4.5);
  CHECK(distance_from_even(normal_cdf(z)) < 2.23);
  for (const double tail : {3.0, 4.0}) {
    const double expected = std::erfc(tail / std::sqrt(2)) * 1e6;
    CHECK(std::abs((z.abs() > tail).sum().item<double>() - expected) < 4.5 * std::sqrt(expected));
  }
}

TEST_CASE("Uniform numbers are even in their leading and in their last bits", "[rng]") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  for (const auto& [options, scale] : {std::pair(float64, 0x1p45), std::pair(float32, 0x1p16)}) {
    const Tensor u = Rng(seed, "node", options).uniform({1'000'000}).to(at::kDouble);
    const Tensor last = (u * scale).remainder(1);  // 8 bits

    CHECK(distance_from_even(u) < 2.23);
    CHECK(std::abs(chi_square_deviation(at::bincount((last * 256).to(at::kLong), {}, 256))) < 5);
  }
}

TEST_CASE("Integers and permutations are even", "[rng]") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const Rng node(seed, "node", float64);
  CHECK(std::abs(chi_square_deviation(at::bincount(Rng(node).integers(37, {1'000'000}), {}, 37))) < 5);

  // The 24 orders of four, each address's first permutation.
  Tensor orders = at::zeros({24}, at::kLong);
  auto* const count = orders.data_ptr<std::int64_t>();
  for (std::int64_t step = 0; step < 24'000; ++step) {
    const Tensor p = node.at("order", step).permutation(4);
    const auto* i = p.data_ptr<std::int64_t>();
    const auto less = [&](int a, int b) { return static_cast<std::int64_t>(i[b] < i[a]); };
    ++count[6 * i[0] + 2 * (less(1, 2) + less(1, 3)) + less(2, 3)];
  }
  CHECK(std::abs(chi_square_deviation(orders)) < 5);

  // In a long one every item is anywhere: the places of the first ten thousand.
  const Tensor place = Rng(node).at("long").permutation(1'000'000).narrow(0, 0, 10'000).to(at::kDouble);
  CHECK(distance_from_even((place + 0.5) / 1e6) < 2.23);
}

TEST_CASE("Neighbouring numbers, draws and addresses are uncorrelated", "[rng]") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const std::int64_t n = 1'000'000;
  Rng rng(seed, "node", float64);
  const Tensor z = rng.normal({n}), next = rng.normal({n});

  for (const std::int64_t lag : {1, 2, 3, 4, 5, 8, 1024, 4096})
    CHECK(std::abs(in_standard_errors_of_zero(z.narrow(0, 0, n - lag) * z.narrow(0, lag, n - lag))) < 4.5);
  // The two numbers of a pair share their radius: uncorrelated in their squares as well only if the law is right.
  CHECK(std::abs(in_standard_errors_of_zero((z.slice(0, 0, n, 2).pow(2) - 1) *
                                            (z.slice(0, 1, n, 2).pow(2) - 1))) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(z * next)) < 4.5);
}

TEST_CASE("Numbers of neighbouring addresses are uncorrelated standard normals", "[rng]") {
  const std::int64_t n = 20'000;
  const std::uint64_t seed = GENERATE(1, 2, 3);
  std::vector<Tensor> first;
  for (std::int64_t step = 0; step < n; ++step)
    first.push_back(Rng(seed, "node", float64).at("z", step).normal({1}));
  const Tensor x = at::cat(first);

  CHECK(std::abs(in_standard_errors_of_zero(x)) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(x.pow(2) - 1)) < 4.5);
  CHECK(distance_from_even(normal_cdf(x)) < 2.23);
  CHECK(std::abs(in_standard_errors_of_zero(x.slice(0, 0, n - 1) * x.slice(0, 1, n))) < 4.5);

  // Neighbouring seeds, as a sweep has them.
  std::vector<Tensor> seeds;
  for (std::int64_t k = 0; k < n; ++k)
    seeds.push_back(Rng(seed + static_cast<std::uint64_t>(k), "node", float64).normal({1}));
  const Tensor y = at::cat(seeds);
  CHECK(std::abs(in_standard_errors_of_zero(y)) < 4.5);
  CHECK(std::abs(in_standard_errors_of_zero(y.slice(0, 0, n - 1) * y.slice(0, 1, n))) < 4.5);
}
