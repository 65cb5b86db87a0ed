// tools/lab/records/standing_record.hpp -- what to do about a record that already stands where a run is to write.
#pragma once

#include <filesystem>
#include <string>

#include <weir/record/recorder.hpp>

namespace weir::tools {

enum class Action { create, resume, replace, keep };

// A run without a sweep. Creates an absent file; resumes an interrupted one of the same resolved pipeline;
// replaces with `force`. Anything else: CommandError(io_failed) with the remedy. Never `keep`.
Action for_single(const RecordState& state, const std::string& resolved, const std::filesystem::path& file,
                  bool force);

// A run of a sweep whose folder is known to belong to this pipeline: keeps finished records of the same
// resolved pipeline, resumes interrupted ones, makes failed ones and those of other parameters again. A
// record that a living process writes is a CommandError(io_failed).
Action for_sweep(const RecordState& state, const std::string& resolved, const std::filesystem::path& file,
                 bool force);

// Whether two resolved pipelines (JSON) compute the same numbers: all but `report`, `expect` and `sweep`.
bool same_computation(const std::string& one, const std::string& other);

Recorder::Mode mode(Action action);

}  // namespace weir::tools
