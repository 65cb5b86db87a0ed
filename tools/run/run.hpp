// tools/run/run.hpp -- one run, from a frozen graph to a finished record.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <weir/record/recorder.hpp>

struct RunArguments {
  std::string command;
  std::filesystem::path graph;  // a frozen graph
  std::string graph_sha256;     // of its text; "" to take it as it is
  std::filesystem::path out, shared;
  // Of a replay: the record whose inputs are taken, and the one node that is run; else empty.
  std::filesystem::path record;
  std::string node;
  std::string
      exported;  // an integrator: `out` is no record then, but an archive of the field that it follows
  weir::Recorder::Mode mode = weir::Recorder::Mode::create;
  int events = 1;          // the descriptor that they are written to
  bool plan_only = false;  // ends after the event "planned", which then lists what would be recorded
  int jobs = 1;
  std::map<std::string, std::string> share;
  std::vector<std::string> carry;  // nodes whose checkpoints the record that is replaced leaves to this one
};

// Events are lines of JSON, the last of them {"event":"end",...} unless the process dies before. Returns the exit code.
int run_graph(const RunArguments& arguments);
