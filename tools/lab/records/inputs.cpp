// tools/lab/records/inputs.cpp -- what a run reads, by device and inode.
#include "inputs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

namespace fs = std::filesystem;

using Identity = std::pair<dev_t, ino_t>;

std::optional<Identity> identity(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

}  // namespace

std::vector<fs::path> inputs_of(const Graph& graph) {
  std::vector<fs::path> inputs;
  for (const GraphNode& node : graph.nodes) {
    if (!node.schema.library.empty()) inputs.emplace_back(node.schema.library);
    for (const ParamSchema& param : node.schema.params) {
      const auto value = node.params.find(param.name);
      if (param.type == ParamType::path && value != node.params.end() && value->is_string())
        inputs.emplace_back(value->get<std::string>());
    }
  }
  return inputs;
}

void refuse_inputs(const std::vector<fs::path>& written, const std::vector<fs::path>& inputs) {
  std::map<Identity, fs::path> read;  // with the folders above
  for (const fs::path& input : std::set<fs::path>(inputs.begin(), inputs.end())) {
    std::error_code error;
    for (fs::path at = fs::canonical(input, error); !error && at.has_relative_path(); at = at.parent_path())
      if (const auto known = identity(at)) read.emplace(*known, input);
  }
  for (const fs::path& each : written) {
    const auto there = identity(each);
    const auto found = there ? read.find(*there) : read.end();
    if (found == read.end()) continue;
    const std::string also = found->second == each ? "" : fmt::format(", as {}", found->second.string());
    throw CommandError(
        invalid, fmt::format("{} is read by this run{}, and what a run reads it never writes; name another "
                             "place with -o",
                             each.string(), also));
  }
}

std::vector<fs::path> written_with(const fs::path& record) {
  return {record, record.string() + ".checkpoint"};
}

}  // namespace weir::tools
