// tools/lab/sweep/job.cpp -- the frozen graph of a job.
#include "job.hpp"

#include <fmt/format.h>

#include <fstream>

#include <weir/front/check/frozen.hpp>
#include <weir/front/plugins/digest.hpp>

#include <system/exit.hpp>

namespace weir::tools {

void freeze(Job& job, const Graph& graph, const nlohmann::json& recorded, const std::filesystem::path& file) {
  const std::string text = frozen(graph, recorded).dump();
  // Not synced: it is read at once, its digest tells what was cut off, and a thousand of them would keep the disk busy for seconds.
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw CommandError(io_failed, fmt::format("cannot write {}: is the disk full?", file.string()));
  job.graph = file;
  job.graph_sha256 = sha256(text);
}

}  // namespace weir::tools
