// tools/lab/judge/report_summary.cpp -- the numbers and verdicts of a report: those that `weir run` gave.
#include "report_summary.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include <weir/record/reader.hpp>

#include <lab/judge/measure.hpp>
#include <system/exit.hpp>
#include "summary.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

// Its resolved pipeline; nothing if this is no record of a finished run. The page's maker says what is wrong with a file.
std::optional<std::string> pipeline_of_finished(const fs::path& file) {
  try {
    const Reader reader(file);
    if (reader.has("/status") && reader.text("/status") == "finished")
      return reader.text("/pipeline/resolved");
  } catch (const RecordError&) {
  }
  return std::nullopt;
}

std::string in_memory(const std::string& text) {
  const int memory = memfd_create("summary.json", 0);  // not closed on exec
  const auto written = memory < 0 ? -1 : write(memory, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()))
    throw CommandError(io_failed,
                       fmt::format("cannot keep the report's numbers in memory: {}; free some memory",
                                   std::strerror(errno)));
  return fmt::format("/dev/fd/{}", memory);
}

}  // namespace

std::string report_summary(const fs::path& source) {
  const bool index = source.filename() == "index.h5";
  if (index || fs::is_directory(source)) {
    const fs::path summary = (index ? source.parent_path() : source) / "summary.json";
    return fs::exists(summary) ? summary.string() : "";
  }
  const auto pipeline = pipeline_of_finished(source);
  if (!pipeline) return "";
  const Graph graph = read_resolved(*pipeline);
  RunResult result;
  result.status = "finished";
  result.values = measure(source, to_measure(graph));
  result.recorded = recorded(source);
  return in_memory(summarise(result, graph).json(-1));
}

}  // namespace weir::tools
