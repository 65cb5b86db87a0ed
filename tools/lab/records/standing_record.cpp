// tools/lab/records/standing_record.cpp -- what to do about a record that already stands where a run is to write.
#include "standing_record.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

void refuse_locked(const RecordState& state, const std::filesystem::path& file) {
  if (state.locked)
    throw CommandError(
        io_failed, fmt::format("{} is being written by another run; wait for it, or name another file with "
                               "-o",
                               file.string()));
}

bool equal(const std::string& one, const std::string& other) {
  const auto a = nlohmann::json::parse(one, nullptr, false), b = nlohmann::json::parse(other, nullptr, false);
  return !a.is_discarded() && a == b;
}

}  // namespace

bool same_computation(const std::string& one, const std::string& other) {
  auto a = nlohmann::json::parse(one, nullptr, false), b = nlohmann::json::parse(other, nullptr, false);
  if (!a.is_object() || !b.is_object()) return false;
  for (const char* key : {"report", "expect", "sweep", "main_trace"}) {
    a.erase(key);
    b.erase(key);
  }
  return a == b;
}

Action for_single(const RecordState& state, const std::string& resolved, const std::filesystem::path& file,
                  bool force) {
  if (!state.exists) return Action::create;
  refuse_locked(state, file);
  if (force) return Action::replace;
  const std::string remedy = "\nstart over with --force, or name another file with -o";
  if (!state.is_record)
    throw CommandError(io_failed,
                       fmt::format("{} exists and is not a readable record of weir; it is never overwritten "
                                   "unasked{}",
                                   file.string(), remedy));
  if (!equal(state.resolved_json, resolved))
    throw CommandError(
        io_failed,
        fmt::format(
            "{} exists and is the record of another pipeline, or of other parameters or input files{}",
            file.string(), remedy));
  if (state.status == "interrupted" || state.status == "running") return Action::resume;
  throw CommandError(
      io_failed,
      fmt::format("{} exists: a {} run of this pipeline\nlook at it with `weir info {}`, start over "
                  "with --force, or name another file with -o",
                  file.string(), state.status, file.string()));
}

Action for_sweep(const RecordState& state, const std::string& resolved, const std::filesystem::path& file,
                 bool force) {
  if (!state.exists) return Action::create;
  refuse_locked(state, file);
  if (force || !state.is_record) return Action::replace;
  if (state.status == "finished" && same_computation(state.resolved_json, resolved)) return Action::keep;
  const bool unfinished = state.status == "interrupted" || state.status == "running";
  return unfinished && equal(state.resolved_json, resolved) ? Action::resume : Action::replace;
}

Recorder::Mode mode(Action action) {
  switch (action) {
    case Action::resume:
      return Recorder::Mode::resume;
    case Action::replace:
      return Recorder::Mode::replace;
    default:
      return Recorder::Mode::create;
  }
}

}  // namespace weir::tools
