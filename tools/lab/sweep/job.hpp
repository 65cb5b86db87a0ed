// tools/lab/sweep/job.hpp -- one run to be made, and how it ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/record/recorder.hpp>

#include <system/exit.hpp>

namespace weir::tools {

struct Job {
  std::string run;            // "sigma=0.05,seed=7", "" for a pipeline without a sweep
  std::filesystem::path out;  // the record
  Recorder::Mode mode = Recorder::Mode::create;
  std::filesystem::path graph;  // the frozen graph that is run, and the digest of its text
  std::string graph_sha256;
  // Of a replay: the record whose inputs are taken, and the node that is run; else empty.
  std::pair<std::filesystem::path, std::string> replayed{};
  std::string
      exported{};  // an integrator: `out` is the file of the field that it follows, and no record is made
  std::vector<std::string> carry{};  // nodes whose checkpoints the record that is replaced leaves to this one
  std::map<std::string, std::string> share;  // node -> key of its result in the sweep's shared folder
};

struct Outcome {
  std::string status = "not run";  // finished | failed | interrupted | invalid | not run
  std::string message;
  int exit = interrupted;
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;
};

// Freezes the graph into `file`, for the job to run; `recorded`: its recorded_json. Throws CommandError(io_failed).
void freeze(Job& job, const Graph& graph, const nlohmann::json& recorded, const std::filesystem::path& file);

}  // namespace weir::tools
