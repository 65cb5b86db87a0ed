// tools/lab/sweep/job.cpp -- the frozen graph of a job.
#include "job.hpp"

#include <weir/front/check/frozen.hpp>
#include <weir/front/plugins/digest.hpp>

#include <weir/os/replace_file.hpp>

namespace weir::tools {

void freeze(Job& job, const Graph& graph, const nlohmann::json& recorded, const std::filesystem::path& file) {
  const std::string text = frozen(graph, recorded).dump();
  os::replace_file(file, text);
  job.graph = file;
  job.graph_sha256 = sha256(text);
}

}  // namespace weir::tools
