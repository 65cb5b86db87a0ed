// core/record/data/dataset.hpp -- what a dataset of a record is, told before the first byte is written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/data/array.hpp>

namespace weir {

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
  std::map<std::string, std::size_t> reserved{};  // name -> bytes: room for an attribute that is known in run
  // dim -> (scale's dataset name, values): bin edges, ids. As many values as the axis, or one more (edges).
  std::map<std::string, std::pair<std::string, Array>> scales{};
  int yaml_line = 0;  // of the node, for /schema
  std::string rng{};  // Rng address of the node, for /schema
};

std::string path_of(const DatasetSpec& spec);  // in the file: "/nodes/train/loss"
std::string key_of(const DatasetSpec& spec);   // "train.loss", as append and write name it

}  // namespace weir
