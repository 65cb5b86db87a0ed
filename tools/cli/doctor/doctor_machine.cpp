// tools/cli/doctor/doctor_machine.cpp -- weir doctor: processors, memory, disk and locks.
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <weir/record/recorder.hpp>
#include <weir/record/write/lock_file.hpp>

#include <text/number.hpp>
#include "doctor.hpp"

namespace weir::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t little = std::uintmax_t{1} << 30;

Finding processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  return {Health::fine, "processors",
          fmt::format("{}; as many runs of a sweep at once: --jobs {}", count, count)};
}

Finding memory() {
  std::ifstream in("/proc/meminfo");
  std::uintmax_t total = 0, available = 0, kibibytes = 0;
  std::string key, unit;
  for (; in >> key >> kibibytes; std::getline(in, unit)) {
    if (key == "MemTotal:") total = kibibytes * 1024;
    if (key == "MemAvailable:") available = kibibytes * 1024;
  }
  const std::string text = fmt::format("{} of {} are free", bytes(available), bytes(total));
  if (available < little) return {Health::warning, "memory", text, "end other programs, or use fewer --jobs"};
  return {Health::fine, "memory", text};
}

Finding disk(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) return {Health::warning, "disk", fmt::format("{}: {}", folder.string(), error.message())};
  const std::string text = fmt::format("{} are free in {}", bytes(space.available), folder.string());
  if (space.available < little)
    return {Health::warning, "disk", text,
            "free some, or write elsewhere: weir run -o; weir plan --sizes says how much a run records"};
  return {Health::fine, "disk", text};
}

// A record needs a file that can be created and locked.
Finding locks(const fs::path& folder) {
  try {
    const record::LockFile lock(folder / fmt::format(".weir-doctor-{}", getpid()));
    return {Health::fine, "records", "can be written and locked in " + folder.string()};
  } catch (const RecordError& error) {
    return {Health::warning, "records", error.what(),
            "work in a folder of your own on a file system with locks, or write there: weir run -o"};
  }
}

}  // namespace

std::vector<Finding> examine_machine() {
  const fs::path folder = fs::current_path();
  return {processors(), memory(), disk(folder), locks(folder)};
}

}  // namespace weir::tools
