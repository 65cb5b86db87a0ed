// tools/lab/records/recorded_run.cpp -- what a record says of the run that made it.
#include "recorded_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <weir/record/data/dotted_path.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/written.hpp>
#include <weir/text/shell_word.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;

RecordedRun::RecordedRun(const fs::path& file) : file_(existing_file(file)), reader_(file_) {
  if (!is_record(reader_) || !reader_.has("/pipeline/resolved_json"))
    throw CommandError(invalid, fmt::format("{} is not a record of weir; what it holds: weir info {}",
                                            file_.string(), path_word(file_.string())));
  schema_ = read_schema(reader_);
  unwritten_ = unwritten_tensors(file_);
  pipeline_ = reader_.json("/pipeline/resolved_json");
  const auto text = [](const nlohmann::json& each) { return each.is_string(); };
  const nlohmann::json files =
      pipeline_.is_object() ? pipeline_.value("files", nlohmann::json::object()) : nullptr;
  if (!files.is_object() || !std::ranges::all_of(files, text) ||
      !pipeline_.value("nodes", nlohmann::json()).is_object())
    throw RecordError(fmt::format("{}: /pipeline/resolved_json is no pipeline of weir: the record is damaged",
                                  file_.string()));
}

const nlohmann::json* RecordedRun::node(const std::string& path) const {
  for (const nlohmann::json& node : nodes())
    if (node.at("node") == path) return &node;
  return nullptr;
}

std::string RecordedRun::provenance(const std::string& name) const {
  const std::string path = "/provenance/" + name;
  return reader_.has(path) ? reader_.text(path) : "";
}

void RecordedRun::require_written(const std::string& path) const {
  if (written(path)) return;
  std::string node;
  for (const nlohmann::json& dataset : datasets())
    if (dataset.at("path") == path) node = dataset.at("node");
  const std::string status = inspect_record(file_).status;
  const std::string command = provenance("command");
  throw CommandError(
      invalid, fmt::format("{} of {} is not written: the run is {}, and its node '{}' has not finished{}",
                           dotted_path(path), file_.string(), status, node,
                           status == "running" ? "; wait for it"
                           : status == "salvaged" || command.empty()
                               ? "; run its pipeline anew"
                               : "; go on with it by the command that made it:\n  " + command));
}

std::vector<RecordedRun::Plugin> RecordedRun::plugins() const {
  const auto column = [&](const char* name) {
    return reader_.texts(std::string("/provenance/plugins/") + name);
  };
  const auto names = column("name"), versions = column("version"), files = column("file"),
             hashes = column("sha256");
  if (versions.size() != names.size() || files.size() != names.size() || hashes.size() != names.size())
    throw RecordError(
        fmt::format("{}: the columns of /provenance/plugins are not of one length: the record is damaged",
                    file_.string()));
  std::vector<Plugin> plugins;
  for (std::size_t i = 0; i < names.size(); ++i)
    plugins.push_back({names[i], versions[i], files[i], hashes[i]});
  return plugins;
}

std::vector<std::string> RecordedRun::names(const std::string& node, const std::string& attribute) const {
  for (const nlohmann::json& dataset : datasets())
    if (dataset.at("node") == node && dataset.at("attributes").contains(attribute))
      return names_of(dataset.at("attributes").at(attribute));
  return {};
}

std::string RecordedRun::library(const std::string& name) const {
  const auto names = reader_.texts("/provenance/libraries/name"),
             versions = reader_.texts("/provenance/libraries/version");
  for (std::size_t i = 0; i < std::min(names.size(), versions.size()); ++i)
    if (names[i] == name) return versions[i];
  return "";
}

std::vector<std::string> names_of(const std::string& json) {
  const nlohmann::json names = nlohmann::json::parse(json, nullptr, false);
  const auto text = [](const nlohmann::json& each) { return each.is_string(); };
  if (!names.is_array() || !std::ranges::all_of(names, text)) return {};
  return names;
}

std::string classes_text(const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += fmt::format("{}{} = {}", i > 0 ? ", " : "", i, names[i]);
  return names.size() > most ? fmt::format("{}, ... ({} classes)", text, names.size()) : text;
}

}  // namespace weir::tools
