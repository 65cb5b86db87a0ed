// tools/system/environment.cpp -- the environment of weir-run: threads and allocator.
#include "environment.hpp"

#include <algorithm>
#include <utility>

namespace weir::tools {

std::vector<std::string> run_environment(int threads, char* const* present) {
  std::vector<std::string> environment;
  for (char* const* entry = present; entry != nullptr && *entry != nullptr; ++entry)
    environment.emplace_back(*entry);

  const auto add = [&](const std::string& name, const std::string& value) {
    const auto named = [&](const std::string& entry) { return entry.starts_with(name + "="); };
    if (std::none_of(environment.begin(), environment.end(), named))
      environment.push_back(name + "=" + value);
  };
  for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"})
    add(name, std::to_string(threads));
  add("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=2000000000:glibc.malloc.trim_threshold=4000000000");
  return environment;
}

}  // namespace weir::tools
