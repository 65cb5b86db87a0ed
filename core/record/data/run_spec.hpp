// core/record/data/run_spec.hpp -- what a record holds, told before the first byte is written.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/data/array.hpp>
#include <weir/record/data/dotted_path.hpp>

namespace weir {

// An input/output failure (exit code 4): the file, what was tried, and HDF5's or the system's own reason.
class RecordError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a dataset is, told before the first byte is written.
struct DatasetSpec {
  std::string node;    // "train.probes.variance": group /nodes/train/probes/variance
  std::string name;    // "total", or "params/net.0.weight" for a dataset deeper in the group
  bool trace = false;  // rows over steps: /nodes/<node>/<name>/{value, step, value_crc}
  DType dtype = DType::float32;
  // Of the tensor, or of one row of a trace; only a tensor's first size may be -1.
  std::vector<std::int64_t> shape{};
  std::vector<std::string> dims{};  // a name for each size of `shape`
  std::string unit = "1";
  std::string description{};
  std::map<std::string, std::string> attributes{};  // fixed ASCII: estimator, ddof, reason, ...
  // dim -> (scale's dataset name, values): bin edges, ids. As many values as the axis, or one more (edges).
  std::map<std::string, std::pair<std::string, Array>> scales{};
  int yaml_line = 0;  // of the node, for /schema
  std::string rng{};  // Rng address of the node, for /schema
};

std::string path_of(const DatasetSpec& spec);  // in the file: "/nodes/train/loss"
std::string key_of(const DatasetSpec& spec);   // "train.loss", as append and write name it

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
