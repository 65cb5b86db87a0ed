// tools/lab/records/standing_record.hpp -- what to do about a record that already stands where a run is to write.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/record/recorder.hpp>

namespace weir::tools {

enum class Action { create, resume, replace, keep };

// What `resolved` (recorded_json) computes decides, not what is judged of it.
//
// Creates an absent file; resumes an unfinished record of the same computation, a failed one too, and keeps a finished one;
// replaces a record, whatever it is of, with `force`; one of another computation without it, where nodes are `carried` over from it
// (carried_nodes), which is all that it holds of work. Anything else, also what is no readable record (a damaged one, or a user's
// file), stays: CommandError(io_failed) with the remedy.
Action action_for(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
                  bool force, const std::vector<std::string>& carried = {});

// Throws CommandError(io_failed) if `force` would replace what is neither a record nor empty.
void require_replaceable(const RecordState& state, const std::filesystem::path& file);

Recorder::Mode mode(Action action);

// The first values by which two resolved pipelines compute otherwise, a line each: "  train.lr: 0.001 there, 0.01 here\n".
std::string other_values_text(const nlohmann::json& there, const nlohmann::json& here);

}  // namespace weir::tools
