// tools/run/run.hpp -- one run, from a pipeline file to a finished record.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/recorder.hpp>

struct RunArguments {
  std::string command;
  std::filesystem::path file, out, shared;
  // Of a replay: the record whose inputs are taken, and the one node that is run; else empty.
  std::filesystem::path record;
  std::string node;
  weir::Recorder::Mode mode = weir::Recorder::Mode::create;
  bool plan_only = false;  // ends after the event "planned", which then lists what would be recorded
  std::vector<std::pair<std::string, std::string>> set;
  std::string device;
  int threads = 0, jobs = 1;
  std::vector<std::filesystem::path> plugin_path;
  std::map<std::string, std::string> share;
};

// Events go to standard output as lines of JSON, the last of them {"event":"end",...}. Returns the exit code.
int run_pipeline(const RunArguments& arguments);
