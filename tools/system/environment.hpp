// tools/system/environment.hpp -- the environment of weir-run: threads and allocator.
#pragma once

#include <string>
#include <vector>

namespace weir::tools {

// The caller's environment ("NAME=value"), and in addition, where the caller has not set them:
//   OMP_NUM_THREADS, MKL_NUM_THREADS, OPENBLAS_NUM_THREADS = threads. Two trainings side by side on two cores
//   take half
//     the time of one after another only if neither spreads over both cores.
//   GLIBC_TUNABLES, so that malloc keeps large blocks instead of mapping each anew: per-sample gradients of
//   an 800k
//     parameter network were measured several times faster with it. glibc reads it only when a process
//     starts.
std::vector<std::string> run_environment(int threads, char* const* present);

}  // namespace weir::tools
