// tools/check/checks/resumes.cpp -- a stateful plugin stopped and resumed, and its result taken by another run.
#include <ATen/Parallel.h>

#include <fmt/format.h>

#include <weir/record/reader.hpp>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"

namespace weir::conformance {
namespace {

namespace fs = std::filesystem;

constexpr double never = 1e9;  // seconds between checkpoints: only those that the plugin asks for now

// Asks to stop as soon as `node` has started.
class StopAt final : public Events {
 public:
  StopAt(std::string node, std::atomic<bool>& stop) : node_(std::move(node)), stop_(stop) {}
  void started(const std::string& node) override {
    if (node == node_) stop_ = true;
  }
  void progress(const std::string&, std::int64_t, std::int64_t,
                const std::map<std::string, double>&) override {}
  void warning(const std::string&, const std::string&) override {}
  void finished(const std::string&, double, bool) override {}
  void failed(const std::string&, const std::string&) override {}

 private:
  std::string node_;
  std::atomic<bool>& stop_;
};

RunSpec spec_of(const Graph& graph, const Executor& executor) {
  RunSpec spec;
  spec.name = graph.name;
  spec.run_id = "check";
  spec.source = graph.source;
  spec.resolved = resolved_yaml(graph);
  spec.resolved_json = resolved_json(graph);
  spec.nodes = executor.nodes();
  spec.datasets = executor.datasets();
  return spec;
}

// One recorded run, in which `node` is asked to stop ("" = none). Returns whether it did.
bool record(const Graph& graph, const fs::path& file, RunOptions options, Recorder::Mode mode,
            const std::string& node = "") {
  std::atomic<bool> stop = false;
  options.checkpoints = file.string() + ".checkpoint";
  options.checkpoint_seconds = never;
  options.stop = &stop;
  const auto executor = executor_of(graph);
  KeptRows kept;
  if (mode == Recorder::Mode::resume) kept = executor->resume(file, options);
  Recorder recorder(file, mode, spec_of(graph, *executor), kept);
  StopAt events(node, stop);
  try {
    executor->run(&recorder, events, options);
    recorder.finish("finished");
    return false;
  } catch (const Interrupted&) {
    recorder.finish("interrupted");
    return true;
  }
}

// The first dataset below `group` that differs, or "".
std::string difference(const Reader& a, const Reader& b, const std::string& group) {
  for (const std::string& member : a.members(group)) {
    const std::string path = group + "/" + member;
    if (a.is_group(path)) {
      if (const std::string inner = difference(a, b, path); !inner.empty()) return inner;
      continue;
    }
    if (!b.has(path)) return path + " is missing";
    const Array one = a.read(path), other = b.read(path);
    if (one.shape != other.shape || *one.bytes != *other.bytes) return path + " differs";
  }
  return "";
}

void require_same_record(const fs::path& a, const fs::path& b, const std::string& expected,
                         const std::string& remedy) {
  const Reader one(a), other(b);
  const std::string apart = difference(one, other, nodes_group);
  require(apart.empty(), expected, apart, remedy);
}

}  // namespace

std::string resumes(const Job& job) {
  // A probe stops with its trainer, which keeps what the probe saves.
  const bool probe = job.subject.schema.kind == "probe";
  if (!probe && !job.subject.schema.stateful) throw Skipped("it does not say stateful()");
  const Bench bench(job.subject);
  const tools::TemporaryFolder scratch;
  const auto graph = probe ? bench.graph({.set = {{bench.path() + ".every", "1"}}}) : bench.graph();
  const std::string node = probe ? graph->node(bench.path())->parent : bench.path();
  if (node.empty()) throw Skipped("it stands in no trainer; write it under the trainer's probes:");
  const std::string remedy =
      probe ? "what a probe remembers it gives in save, and takes in load"
            : "save and load all that a step depends on, and write the rows of a step before its checkpoint";
  at::set_num_threads(1);
  const fs::path whole = scratch.path() / "whole.h5", parted = scratch.path() / "parted.h5",
                 shared = scratch.path() / "shared.h5", taken = scratch.path() / "taken.h5";
  record(*graph, whole, {}, Recorder::Mode::create);

  RunOptions sharing;
  sharing.shared = scratch.path() / "shared";
  sharing.share = {{node, "result"}};
  record(*graph, shared, sharing, Recorder::Mode::create);
  record(*graph, taken, sharing, Recorder::Mode::create);
  require_same_record(
      whole, taken, "a finished state that is loaded into a fresh node gives the same outputs",
      "after load with the state of the end, run sets every output and takes no further step");

  if (!record(*graph, parted, {}, Recorder::Mode::create, node))
    return "the state goes round; asked to stop, it went on to its end, so that no resumed run was seen";
  record(*graph, parted, {}, Recorder::Mode::resume);
  require_same_record(whole, parted, "stopped and resumed, a run has the bytes of one that was not stopped",
                      remedy);
  return "";
}

}  // namespace weir::conformance
