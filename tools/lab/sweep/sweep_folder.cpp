// tools/lab/sweep/sweep_folder.cpp -- the folder of a sweep: whose it is, and what in it is ours.
#include "sweep_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include <weir/os/replace_file.hpp>
#include <weir/record/arrays_file.hpp>
#include <weir/record/data/computation.hpp>
#include <weir/record/recorder.hpp>

#include <lab/records/inputs.hpp>
#include <lab/records/standing_record.hpp>
#include <lab/records/tables.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

nlohmann::json read_plan(const fs::path& folder) {
  std::ifstream in(folder / plan_name);
  const nlohmann::json plan = nlohmann::json::parse(in, nullptr, false);
  return plan.is_object() ? plan : nlohmann::json::object();
}

bool is_key(const std::string& stem) {
  return stem.size() == 32 && stem.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Whether the folder holds nothing but what a sweep's does: its plan was lost, and the records say what they are of.
bool has_lost_its_plan(const fs::path& folder) {
  std::set<std::string> known(table_names().begin(), table_names().end());
  known.insert({"runs", "shared", "frozen"});
  return std::ranges::all_of(fs::directory_iterator(folder), [&](const fs::directory_entry& entry) {
    return known.contains(entry.path().filename().string());
  });
}

// The runs that a plan names, whoever wrote it: names of files in runs/, which lead nowhere else.
std::vector<std::string> named_runs(const nlohmann::json& plan) {
  std::vector<std::string> names;
  const auto runs = plan.find("runs");
  if (runs == plan.end() || !runs->is_array()) return names;
  for (const nlohmann::json& run : *runs)
    if (run.is_string() && !run.get<std::string>().empty() && run != "." && run != ".." &&
        run.get<std::string>().find('/') == std::string::npos)
      names.push_back(run);
  return names;
}

}  // namespace

SweepFolder::SweepFolder(fs::path folder, const nlohmann::json& resolved,
                         const std::vector<std::string>& runs, bool force)
    : folder_(std::move(folder)), pipeline_(resolved), runs_(runs), force_(force) {
  const std::string remedy = "start over with --force, or name another folder with -o";
  if (fs::exists(folder_) && !fs::is_directory(folder_))
    throw CommandError(
        invalid, fmt::format("{} is a file; a pipeline with a sweep writes a folder: name it with -o DIR",
                             folder_.string()));
  made_ = !fs::exists(folder_);
  if (!made_) {
    if (const fs::path foreign = foreign_table(folder_); !foreign.empty())
      throw CommandError(
          io_failed,
          fmt::format("{} is not what weir writes under that name, and nothing else is ever replaced; "
                      "move it away, or name another folder with -o",
                      foreign.string()));
    const nlohmann::json plan = read_plan(folder_);
    if (plan.empty() && !force && !has_lost_its_plan(folder_))
      throw CommandError(
          io_failed, fmt::format("{} exists and is not the folder of a sweep\n{}", folder_.string(), remedy));
    if (!plan.empty() && !force && !same_computation(plan.value("pipeline", nlohmann::json()), resolved))
      another_ = fmt::format("{} belongs to a sweep of another pipeline, or of other parameters\n{}{}",
                             folder_.string(),
                             other_values_text(plan.value("pipeline", nlohmann::json()), resolved), remedy);
    // In the sweep's order, then those that it had before.
    for (const std::string& run : named_runs(plan))
      if (std::ranges::find(runs, run) == runs.end()) runs_.push_back(run);
  }
  fs::create_directories(folder_);
  lock();
  for (const char* name : {"runs", "shared", "frozen"}) fs::create_directory(folder_ / name);
}

void SweepFolder::start() {
  if (force_) remove_ours();
  const nlohmann::json plan = {{"weir_sweep", "1.0"}, {"pipeline", pipeline_}, {"runs", runs_}};
  os::replace_file(folder_ / plan_name, plan.dump(1) + "\n");
}

// The lock is on the folder itself: the plan file is replaced by renaming.
void SweepFolder::lock() {
  lock_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A few tries: who looks whether a sweep goes on (tools/report/watch.py) holds it for an instant.
  for (int attempt = 1; lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno == EWOULDBLOCK && attempt < 20) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    close(lock_);
    lock_ = -1;
  }
  if (lock_ < 0)
    throw CommandError(
        io_failed, fmt::format("{} is in use by another sweep; wait for it, or name another folder with -o",
                               folder_.string()));
}

SweepFolder::~SweepFolder() {
  std::error_code ignored;
  for (const std::string& run : runs_) fs::remove(frozen(run), ignored);  // records hold what was run
  for (const char* name : {"frozen", "shared", "runs"})
    fs::remove(folder_ / name, ignored);  // if they are empty
  if (made_ && !fs::exists(folder_ / "runs", ignored) && !fs::exists(folder_ / "table.csv", ignored)) {
    fs::remove(folder_ / plan_name, ignored);
    fs::remove(folder_, ignored);
  }
  if (lock_ >= 0) close(lock_);
}

std::vector<fs::path> SweepFolder::written() const {
  std::vector<fs::path> all;
  for (const std::string& name : table_names()) all.push_back(folder_ / name);
  for (const std::string& run : runs_) std::ranges::copy(written_with(record(run)), std::back_inserter(all));
  all.push_back(shared());
  return all;
}

void SweepFolder::require_own(const std::set<std::string>& kept) const {
  if (another_.empty()) return;
  const bool whole = std::ranges::all_of(
      runs_, [&](const std::string& run) { return kept.contains(run) || !fs::exists(record(run)); });
  if (kept.empty() || !whole) throw CommandError(io_failed, another_);
}

std::set<std::string> SweepFolder::shared_keys() const {
  std::set<std::string> keys;
  for (const auto& entry : fs::directory_iterator(shared()))
    if (entry.path().extension() == ".h5" && is_key(entry.path().stem().string()))
      keys.insert(entry.path().stem().string());
  return keys;
}

// Records of the runs that the plan names, with what lies beside them (lock, checkpoints); shared results; the tables. By whole names,
// and of records only what is one: a user's copy of a record, or a file in its place, stays.
void SweepFolder::remove_ours() const {
  for (const std::string& run : runs_) {
    const fs::path file = record(run);
    if (const RecordState state = inspect_record(file); state.exists) {
      if (!state.is_record || state.locked) continue;
      fs::remove(file);
    }
    fs::remove(file.string() + ".lock");  // of a process that died
    remove_arrays(file.string() + ".checkpoint");
  }
  for (const auto& entry : fs::directory_iterator(shared())) {
    const std::string name = entry.path().filename().string(), left = os::replaced_by(name);
    const fs::path result = left.empty() ? name : left;
    if (result.extension() == ".h5" && is_key(result.stem().string())) fs::remove(entry.path());
  }
  for (const std::string& name : table_names()) fs::remove(folder_ / name);
}

}  // namespace weir::tools
