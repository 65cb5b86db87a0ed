// core/front/sweep/named_files.cpp -- digests of the files that parameters name.
#include <weir/front/sweep/named_files.hpp>

#include <filesystem>

#include <weir/front/plugins/digest.hpp>

namespace weir {

std::map<std::string, std::string> named_files(const GraphNode& node) {
  std::map<std::string, std::string> files;
  for (const ParamSchema& param : node.schema.params) {
    const auto value = node.params.find(param.name);
    if (param.type != ParamType::path || value == node.params.end() || !value->is_string()) continue;
    const auto file = value->get<std::string>();
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(file, unreadable)) continue;
    if (std::string sha256 = file_sha256(file); !sha256.empty()) files[file] = std::move(sha256);
  }
  return files;
}

nlohmann::json recorded_json(const Graph& graph) {
  nlohmann::json j = resolved_json(graph);
  for (const GraphNode& node : graph.nodes) {
    for (const auto& [file, sha256] : named_files(node)) j["files"][file] = sha256;
  }
  return j;
}

}  // namespace weir
