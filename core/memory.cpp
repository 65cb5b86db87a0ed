// core/memory.cpp -- bytes that a node needs, beside those that there are.
#include <weir/memory.hpp>

#include <fmt/format.h>

#include <weir/os/memory.hpp>

namespace weir {

std::string memory_text(double bytes) {
  if (bytes >= 1e12) return fmt::format("{:.1f} TB", bytes / 1e12);
  return bytes >= 1e9 ? fmt::format("{:.1f} GB", bytes / 1e9) : fmt::format("{:.1f} MB", bytes / 1e6);
}

void plan_memory(Plan& plan, const std::string& key, double bytes, const std::string& what,
                 const std::string& remedy) {
  const auto there = static_cast<double>(os::memory_bytes());
  if (bytes <= there) return;
  plan.fault(key,
             fmt::format("{} needs {} of memory, and there are {} here", what, memory_text(bytes),
                         memory_text(there)),
             remedy);
}

}  // namespace weir
