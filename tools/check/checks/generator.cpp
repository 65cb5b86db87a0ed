// tools/check/checks/generator.cpp -- whether a plugin draws from LibTorch's global generator or the C library's.
#include <ATen/CPUGeneratorImpl.h>

#include <cstdlib>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"

namespace weir::conformance {
namespace {

constexpr const char* remedy =
    "draw from the Rng that the method is given, or from rng(): at::randn and the like use the global "
    "generator "
    "unless they are given one";

Tensor global_state() {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  return generator.get_state().clone();
}

Ran run_after(const Bench& bench, std::uint64_t global_seed) {
  at::manual_seed(global_seed);
  std::srand(static_cast<unsigned>(global_seed));
  return bench.run();
}

}  // namespace

std::string leaves_the_generator(const Job& job) {
  const Bench bench(job.subject);
  at::manual_seed(1);
  std::srand(1);
  const Tensor before = global_state();
  const int untouched = std::rand();
  std::srand(1);
  bench.run();
  require(global_state().equal(before), "LibTorch's global generator stays as it is",
          "another state after a run", remedy);
  require(std::rand() == untouched, "std::rand stays as it is", "another state after a run", remedy);
  const Ran one = run_after(bench, 1), other = run_after(bench, 2);
  const std::string apart = difference(one.rows, other.rows);
  require(apart.empty(), "the global seeds of at::manual_seed and std::srand change nothing", apart, remedy);
  return "";
}

}  // namespace weir::conformance
