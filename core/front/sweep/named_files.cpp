// core/front/sweep/named_files.cpp -- digests of the files that parameters name.
#include <weir/front/sweep/named_files.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

#include <weir/front/plugins/data_files.hpp>
#include <weir/front/plugins/digest.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 16;  // folders in folders: links may go round

void add_images(const fs::path& folder, const fs::path& relative, bool below, int depth,
                std::vector<fs::path>& names) {
  std::error_code error;
  for (fs::directory_iterator entry(folder / relative, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const fs::path name = relative / entry->path().filename();
    if (entry->path().filename().string().starts_with('.')) continue;
    if (below && depth < deepest && entry->is_directory(unreadable))
      add_images(folder, name, below, depth + 1, names);
    else if (data_files::source_of(name) == "source/images" && entry->is_regular_file(unreadable))
      names.push_back(name);
  }
}

// Of what `sha256sum` prints for the images in a folder or, where there are none, in the folders in it; "" without images. Other
// files do not count: a run may write its results beside.
std::string images_sha256(const fs::path& folder) {
  std::vector<fs::path> names;
  for (const bool below : {false, true})
    if (names.empty()) add_images(folder, "", below, 0, names);
  std::ranges::sort(names);
  std::string lines;
  for (const fs::path& name : names) lines += file_sha256(folder / name) + "  " + name.string() + "\n";
  return lines.empty() ? "" : sha256(lines);
}

}  // namespace

std::map<std::string, std::string> named_files(const GraphNode& node) {
  std::map<std::string, std::string> files;
  for (const ParamSchema& param : node.schema.params) {
    const auto value = node.params.find(param.name);
    if (param.type != ParamType::path || value == node.params.end() || !value->is_string()) continue;
    const auto file = value->get<std::string>();
    std::error_code unreadable;
    std::string sha256;
    if (fs::is_regular_file(file, unreadable)) sha256 = file_sha256(file);
    if (fs::is_directory(file, unreadable)) sha256 = images_sha256(file);
    if (!sha256.empty()) files[file] = std::move(sha256);
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
