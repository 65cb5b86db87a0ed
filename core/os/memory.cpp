// core/os/memory.cpp -- /proc/meminfo, control groups from the process's own up to the root, resource limits.
#include <weir/os/memory.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace weir::os {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

// The number that a text begins with, after blanks.
std::optional<std::uint64_t> leading(const std::string& text) {
  const std::size_t from = std::min(text.find_first_not_of(" \t"), text.size());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + from, text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::uint64_t of_machine(const fs::path& proc) {
  std::ifstream in(proc / "meminfo");
  std::uint64_t sum = 0;
  for (std::string line; std::getline(in, line);)
    for (const std::string key : {"MemTotal:", "SwapTotal:"})
      if (line.starts_with(key)) sum += leading(line.substr(key.size())).value_or(0) * 1024;
  return sum == 0 ? unlimited : sum;
}

// "max" of version 2 is no number; version 1 says no limit with one of some 2^63.
std::uint64_t limit_in(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return leading(line).value_or(unlimited);
}

// Of a group and all above it. Within a container the path may be that of the host, which is not there: the root is, then.
std::uint64_t of_group(const fs::path& root, const std::string& group, const char* file) {
  std::uint64_t least = limit_in(root / file);
  fs::path below = root;
  for (const fs::path& part : fs::path(group).relative_path()) {
    below /= part;
    least = std::min(least, limit_in(below / file));
  }
  return least;
}

std::uint64_t of_groups(const fs::path& proc, const fs::path& groups) {
  std::ifstream in(proc / "self/cgroup");
  std::uint64_t least = unlimited;
  for (std::string line; std::getline(in, line);) {  // hierarchy:controllers:path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") least = std::min(least, of_group(groups, group, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, of_group(groups / "memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

std::uint64_t of_limits() {
  std::uint64_t least = unlimited;
  for (const auto kind : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (::getrlimit(kind, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      least = std::min<std::uint64_t>(least, limit.rlim_cur);
  }
  return least;
}

}  // namespace

std::uint64_t memory_bytes(const fs::path& proc, const fs::path& groups) {
  return std::min({of_machine(proc), of_groups(proc, groups), of_limits()});
}

}  // namespace weir::os
