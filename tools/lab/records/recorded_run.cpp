// tools/lab/records/recorded_run.cpp -- what a record says of the run that made it.
#include "recorded_run.hpp"

#include <fmt/format.h>

#include <system/existing_file.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;

RecordedRun::RecordedRun(const fs::path& file) : file_(existing_file(file)), reader_(file_) {
  const bool whole = !reader_.attribute("/", "weir_format").empty() && reader_.has("/schema") &&
                     reader_.has("/pipeline/resolved_json");
  if (whole) {
    schema_ = nlohmann::json::parse(reader_.text("/schema"), nullptr, false);
    pipeline_ = nlohmann::json::parse(reader_.text("/pipeline/resolved_json"), nullptr, false);
  }
  if (!schema_.is_object() || !pipeline_.is_object())
    throw CommandError(invalid, fmt::format("{} is not a record of weir; what it holds: weir info {}",
                                            file_.string(), file_.string()));
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
  std::vector<Plugin> plugins;
  for (std::size_t i = 0; i < names.size(); ++i)
    plugins.push_back({names[i], versions.at(i), files.at(i), hashes.at(i)});
  return plugins;
}

std::string RecordedRun::library(const std::string& name) const {
  const auto names = reader_.texts("/provenance/libraries/name"),
             versions = reader_.texts("/provenance/libraries/version");
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return versions.at(i);
  return "";
}

}  // namespace weir::tools
