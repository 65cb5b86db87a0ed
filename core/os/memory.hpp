// core/os/memory.hpp -- how much memory a process may use at all.
#pragma once

#include <cstdint>
#include <filesystem>

namespace weir::os {

// Bytes: of the machine with its swap space, or fewer where a control group (versions 1 and 2; a container has one), or ulimit -v or -d,
// holds this process to fewer. The greatest number if nobody knows. `proc` and `groups` are where the kernel tells it.
std::uint64_t memory_bytes(const std::filesystem::path& proc = "/proc",
                           const std::filesystem::path& groups = "/sys/fs/cgroup");

}  // namespace weir::os
