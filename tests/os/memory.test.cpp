// tests/os/memory.test.cpp -- the least of what the machine, control groups of both versions and ulimit allow.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include <weir/os/memory.hpp>

namespace fs = std::filesystem;

namespace {

class Kernel {
 public:
  Kernel() {
    std::string name = (fs::temp_directory_path() / "weir-memory-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~Kernel() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void says(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::uint64_t bytes() const { return weir::os::memory_bytes(root_ / "proc", root_ / "groups"); }

 private:
  fs::path root_;
};

constexpr std::uint64_t gib = 1ULL << 30;

}  // namespace

TEST_CASE("Memory is the machine's with its swap space, unless a control group allows less", "[memory]") {
  const Kernel kernel;
  CHECK(kernel.bytes() == std::numeric_limits<std::uint64_t>::max());
  kernel.says("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:  5 kB\nSwapTotal:       2097152 kB\n");
  CHECK(kernel.bytes() == 18 * gib);
  SECTION("version 2: the least of the process's group and those above it") {
    kernel.says("proc/self/cgroup", "0::/user.slice/mine\n");
    kernel.says("groups/memory.max", "max\n");
    kernel.says("groups/user.slice/memory.max", "4294967296\n");
    kernel.says("groups/user.slice/mine/memory.max", "max\n");
    CHECK(kernel.bytes() == 4 * gib);
    kernel.says("groups/user.slice/mine/memory.max", "1073741824\n");
    CHECK(kernel.bytes() == gib);
  }
  SECTION("version 2 in a container, where the root is the group") {
    kernel.says("proc/self/cgroup", "0::/\n");
    kernel.says("groups/memory.max", "2147483648\n");
    CHECK(kernel.bytes() == 2 * gib);
  }
  SECTION("version 1") {
    kernel.says("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/x\n");
    kernel.says("groups/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(kernel.bytes() == 18 * gib);
    kernel.says("groups/memory/docker/x/memory.limit_in_bytes", "3221225472\n");
    CHECK(kernel.bytes() == 3 * gib);
  }
}

TEST_CASE("Memory is that which ulimit allows, where that is less", "[memory]") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_DATA, &before) == 0);
  rlimit less = before;
  less.rlim_cur = 64 * gib < before.rlim_max ? 64 * gib : before.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_DATA, &less) == 0);
  const std::uint64_t most = weir::os::memory_bytes("/nowhere", "/nowhere");
  REQUIRE(::setrlimit(RLIMIT_DATA, &before) == 0);
  CHECK(most == less.rlim_cur);
}
