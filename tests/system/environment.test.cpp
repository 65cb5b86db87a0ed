// tests/system/environment.test.cpp -- what weir-run finds in its environment.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "system/environment.hpp"

using namespace weir::tools;

namespace {

bool has(const std::vector<std::string>& environment, const std::string& entry) {
  return std::find(environment.begin(), environment.end(), entry) != environment.end();
}

}  // namespace

TEST_CASE("Threads and allocator are set where the user has not set them") {
  std::string home = "HOME=/h", omp = "OMP_NUM_THREADS=7";
  const std::array<char*, 3> present = {home.data(), omp.data(), nullptr};
  const auto environment = run_environment(2, present.data());
  CHECK(has(environment, "HOME=/h"));
  CHECK(has(environment, "OMP_NUM_THREADS=7"));
  CHECK_FALSE(has(environment, "OMP_NUM_THREADS=2"));
  CHECK(has(environment, "MKL_NUM_THREADS=2"));
  CHECK(has(environment, "OPENBLAS_NUM_THREADS=2"));
  CHECK(has(environment,
            "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=2000000000:glibc.malloc.trim_threshold=4000000000"));
}
