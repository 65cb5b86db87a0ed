// core/executor/replay.cpp -- one node run again, on the inputs that a record holds.
#include <weir/executor/executor.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/document/document.hpp>
#include <weir/record/written.hpp>

namespace weir {
class Executor::Replay {
 public:
  Replay(Executor& executor, const Reader& record, Recorder& recorder, Events& events)
      : executor_(executor),
        record_(record),
        recorder_(recorder),
        events_(events),
        unwritten_(unwritten_tensors(record.file())) {}

  void node(const std::string& path) {
    path_ = path;
    const std::size_t i = executor_.index_.at(path);
    // What the others give again is not recorded again.
    for (const auto& node : executor_.nodes_) {
      if (is_within(node->path(), path)) continue;
      for (AnyOutput* output : node->outputs()) output->attach(nullptr);
    }
    give_inputs(i);
    executor_.sink_.attach(&recorder_);
    executor_.run_node(i, &recorder_, events_, {});
    executor_.sink_.attach(nullptr);
  }

 private:
  // Tensors come from the record; interfaces are completed from it, or made again. `kinds`: of ports of these kinds alone.
  void give_inputs(std::size_t i, const std::set<std::string>* kinds = nullptr) {
    for (const auto& [name, links] : executor_.graph_.nodes[i].ports) {
      const AnyPort& port = *executor_.nodes_[i]->port(name);
      if (kinds && !kinds->contains(port.schema().kind)) continue;
      for (const auto& [key, link] : links) {
        const std::size_t from = executor_.index_.at(link.node);
        AnyOutput* output = link.output.empty() ? nullptr : executor_.nodes_[from]->output(link.output);
        if (auto* tensor = dynamic_cast<Output<Tensor>*>(output))
          give(*tensor, executor_.graph_.nodes[i], name);
        else
          complete(from, output == nullptr);
      }
    }
  }

  void give(Output<Tensor>& output, const GraphNode& taker, const std::string& port) {
    const DatasetSpec& dataset = output.datasets().at(0);
    const std::string path = path_of(dataset);
    const auto refuse = [&](const std::string& what) {
      throw InvalidInput(
          fmt::format("{}.{} needs the whole of {} [{}], {}; run the pipeline again with `record: {{{}: "
                      "all}}` at node '{}'",
                      taker.path, port, output.path(), fmt::join(output.shape(), ", "), what, dataset.name,
                      dataset.node));
    };
    if (!record_.has(path)) refuse("which is not in the record");
    if (!record_.attribute(path, "notice").empty())
      refuse(fmt::format("of which the record holds the first {} rows", record_.shape(path).at(0)));
    if (unwritten_.contains(path))
      throw InvalidInput(
          fmt::format("{}.{} needs {}, which the record has no numbers of: its run has not finished node "
                      "'{}'; go on with it "
                      "first, by the command that made it",
                      taker.path, port, output.path(), dataset.node));
    output.set(saved_tensor(record_.read(path), executor_.options_));
  }

  // `itself`: for who takes the node, not an output of it. Of a stateful one that is more than its outputs: what it ended with is in
  // no record.
  void complete(std::size_t i, bool itself) {
    Node& node = *executor_.nodes_[i];
    itself = itself && node.stateful();
    const auto [known, first] = ran_.try_emplace(i, false);
    if (!first && (known->second || !itself)) return;
    if (!itself && node.restore(recorded_of(node))) {
      // A trained field is its model with other parameters: what is given again builds upon inputs of its kind.
      std::set<std::string> kinds;
      for (const AnyOutput* output : node.outputs())
        if (output->schema().kind != "tensor") kinds.insert(output->schema().kind);
      return give_inputs(i, &kinds);
    }
    known->second = true;
    give_inputs(i);
    if (node.stateful())
      events_.warning(
          path_, fmt::format("'{}' is run again: the record does not give back what it made", node.path()));
    executor_.run_node(i, nullptr, events_, {});
  }

  // The tensors that the record holds whole of a node.
  State recorded_of(const Node& node) const {
    State state;
    for (const AnyOutput* output : node.outputs()) {
      for (const DatasetSpec& dataset : output->datasets()) {
        const std::string path = path_of(dataset);
        if (dataset.trace || !record_.has(path) || !record_.attribute(path, "notice").empty() ||
            unwritten_.contains(path))
          continue;
        state[dataset.name] = saved_tensor(record_.read(path), executor_.options_);
      }
    }
    return state;
  }

  Executor& executor_;
  const Reader& record_;
  Recorder& recorder_;
  Events& events_;
  const std::set<std::string> unwritten_;
  std::string path_;
  std::map<std::size_t, bool> ran_;  // the nodes that are complete, and whether they ran for it
};

void Executor::replay(const std::string& node, const Reader& record, Recorder& recorder, Events& events) {
  Replay(*this, record, recorder, events).node(node);
}

}  // namespace weir
