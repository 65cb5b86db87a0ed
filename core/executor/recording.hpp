// core/executor/recording.hpp -- which outputs go into the record, and how much of them.
//
// Defaults: every trace; every tensor up to 64 MiB whole, larger ones by their head. A node's `record:` key changes that:
//   record: all | none | {x0: true, trajectory: false, x1: 100}      (a number keeps that many first rows)
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/node.hpp>
#include <weir/record/recorder.hpp>

namespace weir {

inline constexpr std::int64_t whole_tensor_bytes = std::int64_t{64} << 20;

// Of the tensor, or of one row of a trace; an unknown first size counts as none.
std::int64_t bytes_of(const DatasetSpec& dataset);

// What of one dataset is kept.
struct Kept {
  bool recorded = true;
  std::int64_t head = -1;  // first rows kept, -1 for all
};

// The policy of a node's `record:` value (null = the defaults) for one of its datasets.
Kept kept(const nlohmann::json& record, const std::string& output, const DatasetSpec& dataset);

// A Sink over a Recorder that applies policies, and keeps the trace rows of nodes whose results are to be shared.
class RecordingSink final : public Sink {
 public:
  // Declares the datasets of a node; returns those that will be recorded, as they will be declared.
  std::vector<DatasetSpec> declare(const Node& node, const nlohmann::json& record);
  void attach(Recorder* recorder) { recorder_ = recorder; }  // null: nothing is recorded
  // Keeps the rows of every trace under this node (itself and its children) from now on.
  void remember(const std::string& node);
  // The rows remembered: "<trace path>/value" and "<trace path>/step".
  Arrays remembered(const std::string& node) const;
  // Adds rows that an earlier process appended, so that `remembered` gives all of them.
  void recall(const std::string& path, const Array& steps, const Array& values);
  // Emits such rows again, as if the node had appended them.
  void replay(const Arrays& rows);

  void append(const std::string& path, std::int64_t step, Array row) override;
  void write(const std::string& path, Array value) override;
  void attribute(const std::string& path, const std::string& name, const std::string& value) override;

 private:
  struct Rows {
    std::vector<std::int64_t> steps;
    std::vector<Array> values;
  };
  bool is_remembered(const std::string& path) const;

  Recorder* recorder_ = nullptr;
  std::map<std::string, Kept> policy_;
  std::vector<std::string> remember_;
  mutable std::mutex mutex_;
  std::map<std::string, Rows> rows_;
};

}  // namespace weir
