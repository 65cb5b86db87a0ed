// core/math/numeric/memory.cpp -- the machine's memory, and what rows need of it.
#include <weir/math/numeric/memory.hpp>

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace weir {
namespace {

std::string amount(double bytes) {
  for (const char* unit : {"bytes", "kB", "MB", "GB", "TB"}) {
    if (bytes < 1000) return fmt::format("{:.{}f} {}", bytes, unit[0] == 'b' ? 0 : 1, unit);
    bytes /= 1000;
  }
  return fmt::format("{:.1f} PB", bytes);
}

}  // namespace

double memory_bytes() {
  const double machine =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  // The second version's file holds "max" where there is no limit, and is then not read as a number.
  double limit = machine;
  if (double allowed = 0; std::ifstream("/sys/fs/cgroup/memory.max") >> allowed && allowed > 0)
    limit = allowed;
  return std::min(machine, limit);
}

std::string beyond_memory(const Shape& rows, at::ScalarType dtype) {
  double numbers = 1;
  for (std::size_t i = 1; i < rows.size(); ++i) numbers *= static_cast<double>(rows[i]);
  const double items = rows.empty() ? 1 : static_cast<double>(rows.front());
  const double needed = items * numbers * static_cast<double>(c10::elementSize(dtype));
  if (needed <= memory_bytes()) return "";
  return fmt::format("{:.0f} items of {:.0f} numbers in {} need {}, and this machine has {}", items, numbers,
                     dtype == at::kDouble ? "float64" : "float32", amount(needed), amount(memory_bytes()));
}

}  // namespace weir
