// tools/lab/records/made_with.cpp -- what numbers were made with, and what of that has changed.
#include "made_with.hpp"

#include <fmt/format.h>

#include <weir/front/document/document.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/front/sweep/named_files.hpp>
#include <weir/text/utf8.hpp>

#include <text/table.hpp>

namespace weir::tools {
namespace {

std::string content_text(const std::string& sha256) { return "sha256 " + sha256.substr(0, 12); }

std::string version_text(const std::string& version, const std::string& sha256) {
  return fmt::format("{}, {}", version, content_text(sha256));
}

}  // namespace

MadeWith made_with(const RecordedRun& run) {
  MadeWith made;
  for (const char* name : {"weir", "libtorch", "hdf5", "compiler"}) made[name] = run.library(name);
  for (const char* name : {"host", "device", "device_name", "dtype", "threads"})
    made[name] = run.provenance(name);
  for (const RecordedRun::Plugin& plugin : run.plugins())
    made[plugin.name] = version_text(plugin.version, plugin.sha256);
  const auto files = run.pipeline().find("files");
  if (files != run.pipeline().end())
    for (const auto& [file, sha256] : files->items()) made[file] = content_text(sha256.get<std::string>());
  return made;
}

MadeWith would_be_made_with(const Graph& graph, const std::string& only) {
  MadeWith made{{"weir", WEIR_VERSION}, {"dtype", graph.dtype}, {"threads", std::to_string(graph.threads)}};
  if (graph.device != "auto") made["device"] = graph.device == "cuda" ? "cuda:0" : graph.device;
  for (const GraphNode& node : graph.nodes) {
    for (const auto& [file, sha256] : named_files(node)) made[file] = content_text(sha256);
    if (!only.empty() && !is_within(node.path, only)) continue;
    made[node.plugin] = version_text(node.schema.version, file_sha256(node.schema.library));
  }
  return made;
}

std::string changes(const MadeWith& then, const MadeWith& now) {
  std::vector<Row> rows;
  for (const auto& [what, value] : now)
    if (const auto known = then.find(what);
        known != then.end() && !known->second.empty() && !value.empty() && known->second != value)
      rows.push_back({utf8::visible(what), utf8::visible(known->second), utf8::visible(value)});
  return rows.empty() ? "" : aligned({"made with", "then", "now"}, rows);
}

}  // namespace weir::tools
