// core/executor/executor.hpp -- runs a checked graph. Knows nodes, ports and outputs; nothing of flows.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weir/executor/checkpoint.hpp>
#include <weir/executor/event.hpp>
#include <weir/executor/node_failure.hpp>
#include <weir/executor/recording.hpp>
#include <weir/front/check/graph.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>

namespace weir {

using Factory = std::function<std::unique_ptr<Node>(const PluginSchema&)>;

// Runs that were asked to stop and can be resumed (exit code 75).
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

// An input of a node that cannot be used: a file that is damaged, a record that does not hold it whole (exit code 2).
class InvalidInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RunOptions {
  int jobs = 1;                              // nodes side by side
  std::filesystem::path checkpoints;         // folder, empty for none
  double checkpoint_seconds = 15;            // least time between two checkpoints of a node
  std::filesystem::path shared;              // folder of shared results
  std::map<std::string, std::string> share;  // node -> key
  const std::atomic<bool>* stop = nullptr;
};

class Executor {
 public:
  // Creates every node, binds ports and plans. Throws InvalidPipeline with the faults of all nodes' ports, or else plans.
  Executor(const Graph& graph, const Factory& create, const at::TensorOptions& options);

  // Every dataset that a run will write, and their bytes as far as shapes are known (traces count nothing).
  const std::vector<DatasetSpec>& datasets() const { return datasets_; }
  std::int64_t bytes() const;
  std::vector<NodeSpec> nodes() const;

  // Takes the checkpoints that an interrupted run left, and says how many rows of each trace they allow to keep; to be
  // asked before the record is reopened, since rows of results that are to be shared are read from it.
  // Throws RecordError naming a checkpoint that is damaged or of another run.
  KeptRows resume(const std::filesystem::path& record, const RunOptions& options);

  // What the checkpoints of these nodes hold, with the rows that belong to them, of a record that is to be replaced by one in which they
  // would be computed alike; to be put down in that one, before its run, which then goes on from there. Throws RecordError.
  struct CarriedNode {
    State state;
    Arrays rows;  // "<trace path>/value", "<trace path>/step"
  };
  using Carried = std::map<std::string, CarriedNode>;
  Carried carry(const std::filesystem::path& record, const std::vector<std::string>& nodes,
                const RunOptions& options) const;
  void put_down(const Carried& carried, Recorder& recorder, const RunOptions& options);

  // Runs all nodes in dependency order, up to `jobs` at once. `recorder` may be null. Throws NodeFailure, InvalidInput, Interrupted, RecordError.
  void run(Recorder* recorder, Events& events, const RunOptions& options);

  // Runs one node alone, into a recorder that declares its datasets and those of the nodes inside it. Its tensors come from
  // `record`; its interfaces are restored from there, or made again. Throws as `run` does.
  void replay(const std::string& node, const Reader& record, Recorder& recorder, Events& events);

  const Node& node(const std::string& path) const { return *nodes_.at(index_.at(path)); }

 private:
  class Context;
  class Replay;
  void bind(std::size_t i, std::unique_ptr<Node> node, Faults& faults);
  void plan();
  void plan_memory_of_outputs(Faults& faults) const;
  std::vector<Fault::Also> ends_of(const GraphNode& node, const std::string& port) const;
  void check_given(const std::string& port, const Link& link, Plan& plan) const;
  void declare();
  void run_node(std::size_t i, Recorder* recorder, Events& events, const RunOptions& options);

  const Graph& graph_;
  at::TensorOptions options_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::vector<std::size_t>> consumers_;
  std::vector<int> dependencies_;
  std::vector<DatasetSpec> datasets_;
  RecordingSink sink_;
  std::map<std::string, Checkpoint> resumed_;
  std::atomic<bool> failed_ = false;  // one node has: the others stop
};

}  // namespace weir
