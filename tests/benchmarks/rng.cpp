// tests/benchmarks/rng.cpp -- what draws cost, beside LibTorch's own generator in the same run.
//
//   ninja -C build/release weir-bench-rng && build/release/bin/weir-bench-rng
//
// The shortest of several turns, one after the other, in wall-clock time; a ratio below 1 means that Weir's draw is quicker.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

#include <weir/rng.hpp>

namespace {

using weir::Rng;

double seconds(const auto& draw) {
  const auto start = std::chrono::steady_clock::now();
  draw();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// `draws` is how many draws a call makes.
void row(const std::string& what, int draws, const auto& torch, const auto& weir) {
  double theirs = std::numeric_limits<double>::max(), ours = theirs;
  for (int turn = 0; turn < 15; ++turn) {
    theirs = std::min(theirs, seconds(torch));
    ours = std::min(ours, seconds(weir));
  }
  fmt::print("{:42} {:12.2f} {:12.2f} {:8.2f}\n", what, theirs / draws * 1e6, ours / draws * 1e6,
             ours / theirs);
  std::fflush(stdout);
}

void rows(at::ScalarType dtype, const std::string& suffix) {
  const at::TensorOptions options = at::TensorOptions().dtype(dtype), index = options.dtype(at::kLong);
  const std::int64_t n = 10'000'000;
  Rng rng(1, "bench", options);
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);

  row(
      "normal {10^7}" + suffix, 1, [&] { at::randn({n}, generator, options); }, [&] { rng.normal({n}); });
  row(
      "uniform {10^7}" + suffix, 1, [&] { at::rand({n}, generator, options); }, [&] { rng.uniform({n}); });
  if (dtype == at::kFloat) {
    row(
        "integers {10^7}", 1, [&] { at::randint(1000, {n}, generator, index); },
        [&] { rng.integers(1000, {n}); });
    row(
        "permutation 10^6", 1, [&] { at::randperm(n / 10, generator, index); },
        [&] { rng.permutation(n / 10); });
  }

  const int draws = 1000;
  const auto repeated = [&](const auto& draw) {
    return [&draw] {
      for (int k = 0; k < draws; ++k) draw(k);
    };
  };
  const auto next_torch = [&](int) { at::randn({256, 3}, generator, options); };
  const auto next_weir = [&](int) { rng.normal({256, 3}); };
  row("normal {256, 3}, the next" + suffix, draws, repeated(next_torch), repeated(next_weir));
  // As in a training: an address for every step.
  const auto fresh_torch = [&](int k) {
    at::randn({256, 3}, at::make_generator<at::CPUGeneratorImpl>(k), options);
  };
  const auto fresh_weir = [&](int k) { rng.at("step", k).normal({256, 3}); };
  row("normal {256, 3}, a stream's first" + suffix, draws, repeated(fresh_torch), repeated(fresh_weir));
}

}  // namespace

int main() {
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    fmt::print("{:42} {:>12} {:>12} {:>8}\n",
               fmt::format("{} thread{}, us per draw", threads, threads == 1 ? "" : "s"), "LibTorch", "Weir",
               "ratio");
    rows(at::kFloat, ", float32");
    rows(at::kDouble, ", float64");
  }
}
