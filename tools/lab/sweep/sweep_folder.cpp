// tools/lab/sweep/sweep_folder.cpp -- the folder of a sweep: whose it is, and what in it is ours.
#include "sweep_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include <weir/os/replace_file.hpp>
#include <weir/record/data/computation.hpp>

#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

constexpr const char* plan_name = "weir-sweep.json";

nlohmann::json read_plan(const fs::path& folder) {
  std::ifstream in(folder / plan_name);
  const nlohmann::json plan = nlohmann::json::parse(in, nullptr, false);
  return plan.is_object() ? plan : nlohmann::json::object();
}

bool is_key(const std::string& stem) {
  return stem.size() == 32 && stem.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

SweepFolder::SweepFolder(fs::path folder, const nlohmann::json& resolved,
                         const std::vector<std::string>& runs, bool force)
    : folder_(std::move(folder)) {
  const std::string remedy = "start over with --force, or name another folder with -o";
  if (fs::exists(folder_) && !fs::is_directory(folder_))
    throw CommandError(
        invalid, fmt::format("{} is a file; a pipeline with a sweep writes a folder: name it with -o DIR",
                             folder_.string()));
  made_ = !fs::exists(folder_);
  if (!made_ && !fs::is_empty(folder_)) {
    const nlohmann::json plan = read_plan(folder_);
    if (plan.empty() && !force)
      throw CommandError(
          io_failed, fmt::format("{} exists and is not the folder of a sweep\n{}", folder_.string(), remedy));
    if (!force && !same_computation(plan.value("pipeline", nlohmann::json()), resolved))
      throw CommandError(io_failed,
                         fmt::format("{} belongs to a sweep of another pipeline, or of other parameters\n{}",
                                     folder_.string(), remedy));
    lock();
    if (force) remove_ours();
  }
  fs::create_directories(folder_ / "runs");
  fs::create_directories(folder_ / "shared");
  fs::create_directories(folder_ / "frozen");
  std::vector<std::string> all = runs;  // in the sweep's order, then those that it had before
  for (const auto& run : read_plan(folder_).value("runs", std::vector<std::string>{}))
    if (std::ranges::find(runs, run) == runs.end()) all.push_back(run);
  if (lock_ < 0) lock();
  const nlohmann::json plan = {{"weir_sweep", "1.0"}, {"pipeline", resolved}, {"runs", all}};
  os::replace_file(folder_ / plan_name, plan.dump(1) + "\n");
}

// The lock is on the folder itself: the plan file is replaced by renaming.
void SweepFolder::lock() {
  lock_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0 || flock(lock_, LOCK_EX | LOCK_NB) != 0)
    throw CommandError(
        io_failed, fmt::format("{} is in use by another sweep; wait for it, or name another folder with -o",
                               folder_.string()));
}

SweepFolder::~SweepFolder() {
  std::error_code ignored;
  fs::remove_all(folder_ / "frozen", ignored);  // records hold what was run
  fs::remove(folder_ / "shared", ignored);      // these two only if they are empty
  fs::remove(folder_ / "runs", ignored);
  if (made_ && !fs::exists(folder_ / "runs", ignored) && !fs::exists(folder_ / "table.csv", ignored)) {
    fs::remove(folder_ / plan_name, ignored);
    fs::remove(folder_, ignored);
  }
  if (lock_ >= 0) close(lock_);
}

std::set<std::string> SweepFolder::shared_keys() const {
  std::set<std::string> keys;
  for (const auto& entry : fs::directory_iterator(shared()))
    if (entry.path().extension() == ".h5" && is_key(entry.path().stem().string()))
      keys.insert(entry.path().stem().string());
  return keys;
}

// Records of the runs that the plan names, with what lies beside them (lock, checkpoints); shared results;
// the tables.
void SweepFolder::remove_ours() const {
  const auto runs = read_plan(folder_).value("runs", std::vector<std::string>{});
  const auto ours = [&](const std::string& name) {
    return std::any_of(runs.begin(), runs.end(), [&](const std::string& run) {
      return name == run + ".h5" || name.starts_with(run + ".h5.") || name.starts_with("." + run + ".h5.");
    });
  };
  if (fs::is_directory(folder_ / "runs"))
    for (const auto& entry : fs::directory_iterator(folder_ / "runs"))
      if (ours(entry.path().filename().string())) fs::remove_all(entry.path());
  if (fs::is_directory(shared()))
    for (const auto& entry : fs::directory_iterator(shared()))
      if (is_key(entry.path().stem().string().substr(0, 32))) fs::remove(entry.path());
  for (const char* name : {"table.csv", "index.h5", "summary.json", plan_name}) fs::remove(folder_ / name);
}

}  // namespace weir::tools
