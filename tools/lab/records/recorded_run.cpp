// tools/lab/records/recorded_run.cpp -- what a record says of the run that made it.
#include "recorded_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <weir/record/schema.hpp>
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

std::string RecordedRun::library(const std::string& name) const {
  const auto names = reader_.texts("/provenance/libraries/name"),
             versions = reader_.texts("/provenance/libraries/version");
  for (std::size_t i = 0; i < std::min(names.size(), versions.size()); ++i)
    if (names[i] == name) return versions[i];
  return "";
}

}  // namespace weir::tools
