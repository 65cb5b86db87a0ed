// core/os/cores.cpp -- the affinity mask, or all cores of a machine that has more than fit into one.
#include <weir/os/cores.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>

namespace weir::os {

int allowed_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const long count = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed)
                                                                           : ::sysconf(_SC_NPROCESSORS_ONLN);
  return static_cast<int>(std::max(1L, count));
}

}  // namespace weir::os
