// tools/lab/records/standing_record.cpp -- what to do about a record that already stands where a run is to write.
#include "standing_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include <weir/record/data/computation.hpp>
#include <weir/text/utf8.hpp>

#include <nlohmann/json.hpp>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

constexpr std::size_t most_listed = 3;  // values that differ
constexpr std::size_t most_shown = 60;  // characters of one

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

// Not even with --force, which means records: what can no longer be read may still be saved, and what is another's is not ours.
CommandError unreadable(const std::filesystem::path& file) {
  return {io_failed,
          fmt::format(
              "{} exists and is not a readable record of weir, and nothing else is ever replaced; move it "
              "away, or name another place with -o",
              file.string())};
}

nlohmann::json pipeline_of(const RecordState& state) {
  return nlohmann::json::parse(state.resolved_json, nullptr, false);
}

bool computes(const RecordState& state, const nlohmann::json& resolved) {
  return same_computation(pipeline_of(state), resolved);
}

std::string shown(const nlohmann::json& value) {
  return value.is_null() ? "nothing" : utf8::visible(value.dump(), most_shown);
}

// For who gives a finished training more steps, "" for all others.
std::string more_steps(const nlohmann::json& there, const nlohmann::json& here,
                       const std::filesystem::path& file) {
  const std::vector<OtherValue> values = other_values(there, here);
  constexpr std::string_view steps = ".steps";
  if (values.size() != 1 || !values[0].path.ends_with(steps) || !(values[0].one < values[0].other)) return "";
  const std::string node = values[0].path.substr(0, values[0].path.size() - steps.size());
  const nlohmann::json trainer = there.at("nodes").value(node, nlohmann::json::object());
  if (!trainer.is_object() || !trainer.value("plugin", "").starts_with("trainer/")) return "";
  if (!trainer.value("keep_memory", false))
    return "\na training whose record has keep_memory: true can be given more steps later, by "
           "trainer/recorded";
  return fmt::format(
      "\nmore steps for this training: a run of its own, with from: {{plugin: trainer/recorded, file: {}, "
      "node: {}}}",
      nlohmann::json(file.string()).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), node);
}

std::string of_another(const RecordState& state, const nlohmann::json& resolved,
                       const std::filesystem::path& file) {
  const nlohmann::json there = pipeline_of(state);
  return fmt::format(
      "{} exists and is the record of another pipeline, or of other parameters or input files\n{}start over "
      "with "
      "--force, or name another place with -o{}",
      file.string(), other_values_text(there, resolved), more_steps(there, resolved, file));
}

}  // namespace

std::string other_values_text(const nlohmann::json& there, const nlohmann::json& here) {
  std::string text;
  const std::vector<OtherValue> values = other_values(there, here);
  for (std::size_t i = 0; i < std::min(values.size(), most_listed); ++i)
    text += values[i].file ? fmt::format("  the file {} has other contents\n", utf8::visible(values[i].path))
                           : fmt::format("  {}: {} there, {} here\n", utf8::visible(values[i].path),
                                         shown(values[i].one), shown(values[i].other));
  if (values.size() > most_listed) text += fmt::format("  and {} more\n", values.size() - most_listed);
  return text;
}

void require_replaceable(const RecordState& state, const std::filesystem::path& file) {
  std::error_code error;
  const bool empty =
      std::filesystem::is_regular_file(file, error) && std::filesystem::file_size(file, error) == 0;
  if (!state.is_record && !empty) throw unreadable(file);
}

Action action_for(const RecordState& state, const nlohmann::json& resolved, const std::filesystem::path& file,
                  bool force, const std::vector<std::string>& carried) {
  if (!state.exists) return Action::create;
  refuse_locked(state, file);
  if (force) {
    require_replaceable(state, file);
    return Action::replace;
  }
  if (!state.is_record) throw unreadable(file);
  if (!computes(state, resolved) && !carried.empty()) return Action::replace;
  if (!computes(state, resolved)) throw CommandError(io_failed, of_another(state, resolved, file));
  refuse_salvaged(state, file);
  // One that failed goes on too: a full disk has room again, a time-out is longer now, a plugin was mended.
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
