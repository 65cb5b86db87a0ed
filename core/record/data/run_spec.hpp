// core/record/data/run_spec.hpp -- what the record of a run holds, told before the first byte is written.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/record/data/dataset.hpp>
#include <weir/record/data/dotted_path.hpp>
#include <weir/record/data/record_error.hpp>

namespace weir {

// What a node is: attributes of /nodes/<node>.
struct NodeSpec {
  std::string node;
  std::string plugin;
  nlohmann::json params;
};

// What becomes of a record that stands where a run writes.
enum class RecordMode {
  create,   // refuse an existing file
  replace,  // --force: start over; the old file goes only when the new one is complete enough to open
  resume,   // continue an interrupted record of the same computation
};

struct RunSpec {
  std::string name;
  std::string run_id;
  std::string main_trace;  // dotted path of the trace that @default points to, "" for none
  std::string source;      // pipeline YAML as given
  std::string resolved;    // YAML with defaults
  nlohmann::json resolved_json;
  std::map<std::string, std::string> provenance;  // command, host, device, threads, git_commit, ...
  struct Version {
    std::string name, version, file, sha256;
  };
  std::vector<Version> plugins;
  std::vector<Version> libraries;  // file and sha256 unused
  std::vector<NodeSpec> nodes;
  std::vector<DatasetSpec> datasets;
};

}  // namespace weir
