// tools/lab/records/standing_record.hpp -- what to do about a record that already stands where a run is to write.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include <weir/record/recorder.hpp>

namespace weir::tools {

enum class Action { create, resume, replace, keep };

// What `resolved` (recorded_json) computes decides, not what is judged of it.
//
// A run without a sweep. Creates an absent file; resumes an interrupted record of the same computation, keeps a finished one;
// replaces with `force`. Anything else: CommandError(io_failed) with the remedy.
Action for_single(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
                  bool force);

// A run of a sweep whose folder is known to belong to this pipeline: keeps finished records of the same
// resolved pipeline, resumes interrupted ones, makes failed ones and those of other parameters again. A
// record that a living process writes is a CommandError(io_failed).
Action for_sweep(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
                 bool force);

Recorder::Mode mode(Action action);

}  // namespace weir::tools
