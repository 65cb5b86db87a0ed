// tools/lab/records/standing_record.cpp -- what to do about a record that already stands where a run is to write.
#include "standing_record.hpp"

#include <fmt/format.h>

#include <weir/record/data/computation.hpp>

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

void refuse_salvaged(const RecordState& state, const std::filesystem::path& file) {
  if (state.status == "salvaged")
    throw CommandError(
        io_failed, fmt::format("{} is what was salvaged of a damaged record: no run goes on with it; name "
                               "another file with -o",
                               file.string()));
}

bool computes(const RecordState& state, const nlohmann::json& resolved) {
  return same_computation(nlohmann::json::parse(state.resolved_json, nullptr, false), resolved);
}

}  // namespace

Action for_single(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
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
  if (!computes(state, resolved))
    throw CommandError(
        io_failed,
        fmt::format(
            "{} exists and is the record of another pipeline, or of other parameters or input files{}",
            file.string(), remedy));
  refuse_salvaged(state, file);
  // One that failed goes on too: a full disk has room again, a time-out is longer now, a plugin was mended.
  return state.status == "finished" ? Action::keep : Action::resume;
}

Action for_sweep(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
                 bool force) {
  if (!state.exists) return Action::create;
  refuse_locked(state, file);
  if (force || !state.is_record) return Action::replace;
  if (!computes(state, resolved)) return Action::replace;
  refuse_salvaged(state, file);
  return state.status == "finished" ? Action::keep : Action::resume;
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
