// tools/lab/sweep/job.hpp -- one run to be made, and how it ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/recorder.hpp>

#include <system/exit.hpp>

namespace weir::tools {

struct Job {
  std::string run;            // "sigma=0.05,seed=7", "" for a pipeline without a sweep
  std::filesystem::path out;  // the record
  Recorder::Mode mode = Recorder::Mode::create;
  std::vector<std::pair<std::string, std::string>> set;  // path -> YAML scalar: --set, then the sweep's point
  // Of a replay: the record whose inputs are taken, and the node that is run; else empty.
  std::pair<std::filesystem::path, std::string> replayed{};
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

}  // namespace weir::tools
